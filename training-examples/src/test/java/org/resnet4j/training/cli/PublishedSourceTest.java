package org.resnet4j.training.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.resnet4j.training.cli.ShapeImages.Shape;
import org.resnet4j.zoo.ResNetWeights;

/** Published weights by name, from a mirror on this machine. */
class PublishedSourceTest {
  private static final List<String> SETTINGS = List.of("resnet4j.cache", "resnet4j.mirror", "resnet4j.offline");

  @TempDir
  private Path folder;
  private final AtomicInteger requests = new AtomicInteger();
  private HttpServer server;
  private byte[] served = new byte[1_098_000];
  private Path image;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", exchange -> {
      requests.incrementAndGet();
      try (exchange) {
        exchange.sendResponseHeaders(200, served.length);
        exchange.getResponseBody().write(served);
      }
    });
    server.start();
    System.setProperty("resnet4j.cache", folder.resolve("cache").toString());
    System.setProperty("resnet4j.mirror", "http://" + InetAddress.getLoopbackAddress().getHostAddress() + ":"
        + server.getAddress().getPort() + "/");
    image = ShapeImages.write(folder.resolve("images"), Shape.RED_DISC, 1, 1).resolve("000.png");
  }

  @AfterEach
  void stop() {
    server.stop(0);
    SETTINGS.forEach(System::clearProperty);
  }

  @Test
  void aSetIsFetchedOnceAndPredictsItsClasses() throws IOException {
    ResNetWeights set = ResNetWeights.CIFAR_RESNET20;
    Path published = Path.of("..", "..", "shared", "oracles", "pytorch-cifar10", set.file().orElseThrow().name());
    assumeTrue(Files.isRegularFile(published), "no shared oracles beside the repository");
    served = Files.readAllBytes(published);
    Ran first = Ran.of("predict", "--weights", "CIFAR_RESNET20", "--top", 10, image);
    assertEquals(0, first.code(), first.err());
    set.classes().forEach(name -> assertTrue(first.out().contains(" " + name), first.out()));
    assertTrue(first.err().contains("Fetching ") && first.err().contains("Checked and kept as "), first.err());
    Ran second = Ran.of("predict", "--weights", "cifar_resnet20", "--top", 10, image);
    assertEquals(first.out(), second.out());
    assertEquals("", second.err());
    assertEquals(1, requests.get());
  }

  @Test
  void anotherFileThanThePublishedOneIsNotKept() throws IOException {
    Ran ran = Ran.of("predict", "--weights", "CIFAR_RESNET20", image);
    assertEquals(ExitCode.FAILURE.code(), ran.code());
    assertTrue(ran.err().lines().toList().get(1).contains("SHA-256 12fca82f"), ran.err());
    assertFalse(ran.err().contains("Exception"), ran.err());
    assertFalse(Files.exists(folder.resolve("cache").resolve(ResNetWeights.CIFAR_RESNET20.file().orElseThrow().name())));
  }

  @Test
  void settingsAreObeyedAndContradictionsRefused() {
    System.setProperty("resnet4j.offline", "true");
    Ran offline = Ran.of("predict", "--weights", "RESNET50_IMAGENET1K_V2", image);
    assertEquals(ExitCode.FAILURE.code(), offline.code());
    assertTrue(offline.err().contains("resnet50-11ad3fa6.pth"), offline.err());
    assertEquals(ExitCode.BAD_MODEL.code(),
        Ran.of("predict", "--weights", "CIFAR_RESNET20", "--model", "resnet18", image).code());
    assertEquals(2, Ran.of("predict", "--weights", "CIFAR_RESNET20", "--classes", "a", image).code());
    assertEquals(2, Ran.of("predict", "--weights", "RESNET50_KERAS_NOTOP", image).code());
    assertEquals(2, Ran.of("predict", "--weights", "RESNET18_IMAGENET1K_V1", "--image-size", 0, image).code());
    System.setProperty("resnet4j.mirror", "nowhere");
    assertEquals(2, Ran.of("predict", "--weights", "CIFAR_RESNET20", image).code());
    assertEquals(0, requests.get());
    assertTrue(Ran.of("predict", "--weights", "CIFAR_RESNET21", image).err().contains("list --weights"));
  }

  @Test
  void listNamesEverySet() {
    List<String> lines = Ran.of("list", "--weights").out().lines().toList();
    assertEquals(ResNetWeights.values().length, lines.size());
    for (ResNetWeights set : ResNetWeights.values()) {
      assertEquals(1, lines.stream().filter(line -> line.startsWith(set + " ")
          && line.contains(" " + set.spec().name() + " ")).count(), set.name());
    }
    assertEquals(List.of("RESNET18_IMAGENET1K_V1"),
        Ran.of("list", "--weights", "resnet18").out().lines().map(line -> line.split(" ")[0]).toList());
    Ran none = Ran.of("list", "--weights", "cifar_resnet20_b");
    assertEquals("", none.out());
    assertTrue(none.err().contains("No weights"), none.err());
  }
}
