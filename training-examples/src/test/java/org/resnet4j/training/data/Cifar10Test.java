package org.resnet4j.training.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.resnet4j.training.data.DataException.Kind;
import org.resnet4j.zoo.store.Checksum;
import org.resnet4j.zoo.store.PublishedFile;
import org.resnet4j.zoo.store.StoreSettings;
import org.resnet4j.zoo.store.WeightStore;

class Cifar10Test {
  private static final DatasetOptions OPTIONS = DatasetOptions.standard().withValidation(HeldOut.images(10));
  @TempDir
  private Path folder;
  private final Map<String, byte[]> files = Cifar10Files.files();

  @Test
  void planesBecomePixelsAndFilesFollowOneAnother() throws IOException {
    Dataset data = Datasets.open(write("c").toString(), OPTIONS.withValidation(HeldOut.NONE));
    assertEquals("CIFAR-10", data.name());
    assertEquals(List.of("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"),
        data.classes());
    assertEquals(20, data.train().size());
    assertEquals(20, data.validation().size());
    assertEquals(0, data.test().size());
    assertEquals("training image 5", data.train().name(5));
    assertEquals(5, data.train().label(5));
    byte[] second = files.get("data_batch_2.bin");
    int at = Cifar10Files.RECORD + 1 + 7 * 32 + 3;
    int expected = (second[at] & 0xFF) << 16 | (second[at + 1024] & 0xFF) << 8 | second[at + 2048] & 0xFF;
    assertEquals(expected, data.train().image(5).getRGB(3, 7) & 0xFFFFFF);
  }

  @Test
  void archiveAndFoldersAreTheSameData() throws IOException {
    String print = Datasets.open(write("plain").toString(), OPTIONS).fingerprint();
    write("within/cifar-10-batches-bin");
    assertEquals(print, Datasets.open(folder.resolve("within").toString(), OPTIONS).fingerprint());
    Path archive = Photos.write(folder.resolve("archived/cifar-10-binary.tar.gz"), Cifar10Files.archive(files));
    assertEquals(print, Datasets.open(archive.toString(), OPTIONS).fingerprint());
    assertEquals(print, Datasets.open(archive.getParent().toString(), OPTIONS).fingerprint());
  }

  @Test
  void theSplitIsStratifiedDisjointAndPartOfTheFingerprint() throws IOException {
    String path = write("c").toString();
    Dataset data = Datasets.open(path, OPTIONS);
    assertEquals(10, data.train().size());
    assertEquals(20, data.test().size());
    assertEquals(IntStream.range(0, 10).boxed().toList(),
        IntStream.range(0, 10).map(data.validation()::label).sorted().boxed().toList());
    List<String> names = IntStream.range(0, 10).mapToObj(i -> data.train().name(i)).toList();
    assertTrue(IntStream.range(0, 10).mapToObj(i -> data.validation().name(i)).noneMatch(names::contains));
    assertEquals(data.fingerprint(), Datasets.open(path, OPTIONS).fingerprint());
    assertNotEquals(data.fingerprint(), Datasets.open(path, OPTIONS.withSeed(1_000_003)).fingerprint());
    files.get("data_batch_3.bin")[100] ^= 1;
    assertNotEquals(data.fingerprint(), Datasets.open(write("changed").toString(), OPTIONS).fingerprint());
  }

  @Test
  void theArchivesNamesAreUsed() throws IOException {
    files.put("batches.meta.txt", "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\n\n".getBytes(StandardCharsets.UTF_8));
    assertEquals("j", Datasets.open(write("c").toString(), OPTIONS).classes().get(9));
  }

  private enum Damage {
    NO_TEST(files -> files.remove("test_batch.bin"), "test_batch.bin is missing"),
    HALF_RECORD(files -> files.computeIfPresent("data_batch_4.bin", (name, content) -> Arrays.copyOf(content, 5000)),
        "5000 bytes"),
    EMPTY(files -> files.put("data_batch_1.bin", new byte[0]), "0 bytes"),
    TOO_LONG(files -> files.put("data_batch_1.bin", new byte[10_001 * Cifar10Files.RECORD]), "more than 30730000"),
    LABEL(files -> files.get("data_batch_2.bin")[Cifar10Files.RECORD] = 10,
        "record 1 of data_batch_2.bin has label 10"),
    LABEL_ABOVE_127(files -> files.get("test_batch.bin")[0] = -1, "has label 255"),
    NAMES(files -> files.put("batches.meta.txt", "a\nb\n".getBytes(StandardCharsets.UTF_8)),
        "10 different class names"),
    NAME_TWICE(files -> files.put("batches.meta.txt", "a\na\nc\nd\ne\nf\ng\nh\ni\nj".getBytes(StandardCharsets.UTF_8)),
        "10 different class names"),
    LONG_NAMES(files -> files.put("batches.meta.txt", new byte[5000]), "at most 4096");

    private final Consumer<Map<String, byte[]>> done;
    private final String message;

    Damage(Consumer<Map<String, byte[]>> done, String message) {
      this.done = done;
      this.message = message;
    }
  }

  @ParameterizedTest
  @EnumSource
  void damageIsRefusedInFoldersAndArchives(Damage damage) throws IOException {
    damage.done.accept(files);
    for (Path path : List.of(write("c"), Photos.write(folder.resolve("a.tar.gz"), Cifar10Files.archive(files)))) {
      DataException refused = assertThrows(DataException.class, () -> Datasets.open(path.toString(), OPTIONS));
      assertEquals(Kind.BAD_FILE, refused.kind());
      assertTrue(refused.getMessage().startsWith(path + ": ") && refused.getMessage().contains(damage.message),
          refused.getMessage());
    }
  }

  @Test
  void archivesThatAreNoneOrTruncatedOrBombsAreRefused() throws IOException {
    byte[] archive = Cifar10Files.archive(files);
    ByteArrayOutputStream bomb = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(bomb)) {
      byte[] header = new byte[512];
      byte[] name = "pax".getBytes(StandardCharsets.UTF_8);
      System.arraycopy(name, 0, header, 0, name.length);
      gzip.write(header);
      gzip.write(new byte[1 << 20]);
    }
    for (byte[] content : List.of(new byte[0], new byte[1000], Arrays.copyOf(archive, archive.length / 2),
        bomb.toByteArray())) {
      Path file = Photos.write(folder.resolve("x.tar.gz"), content);
      DataException refused = assertThrows(DataException.class, () -> Datasets.open(file.toString(), OPTIONS));
      assertEquals(Kind.BAD_FILE, refused.kind(), refused.getMessage());
    }
  }

  @Test
  void aFileThatOccursTwiceIsRefused() throws IOException {
    files.put("again/test_batch.bin", files.get("test_batch.bin"));
    Path file = Photos.write(folder.resolve("x.tar.gz"), Cifar10Files.archive(files));
    DataException refused = assertThrows(DataException.class, () -> Datasets.open(file.toString(), OPTIONS));
    assertTrue(refused.getMessage().contains("occurs twice"), refused.getMessage());
  }

  @Test
  void theArchiveIsFetchedOnceAndThenFromTheCache() throws Exception {
    byte[] archive = Cifar10Files.archive(files);
    try (Server server = new Server(archive)) {
      PublishedFile published = published(server, archive);
      String print = Datasets.open(write("plain").toString(), OPTIONS).fingerprint();
      for (int i = 0; i < 2; i++) {
        assertEquals(print, Cifar10.fetch(published, OPTIONS.withStore(store(false))).split(HeldOut.images(10), 1)
            .fingerprint());
      }
      assertEquals(1, server.asked.get());
      assertTrue(Files.exists(folder.resolve("cache").resolve("cifar-10-binary.tar.gz")));
    }
  }

  @Test
  void offlineSaysWhereToPutTheFile() throws Exception {
    try (Server server = new Server(new byte[1])) {
      PublishedFile published = published(server, new byte[1]);
      DataException refused = assertThrows(DataException.class,
          () -> Cifar10.fetch(published, OPTIONS.withStore(store(true))));
      assertEquals(Kind.NOT_AVAILABLE, refused.kind());
      assertTrue(refused.getMessage().contains(folder.resolve("cache").resolve("cifar-10-binary.tar.gz").toString())
          && refused.getMessage().contains(published.address().toString()), refused.getMessage());
      assertEquals(0, server.asked.get());
    }
  }

  @Test
  void anotherFileThanThePublishedOneIsRefused() throws Exception {
    byte[] archive = Cifar10Files.archive(files);
    try (Server server = new Server(archive)) {
      PublishedFile published = published(server, new byte[] {1});
      DataException refused = assertThrows(DataException.class,
          () -> Cifar10.fetch(published, OPTIONS.withStore(store(false))));
      assertEquals(Kind.NOT_AVAILABLE, refused.kind());
      assertTrue(refused.getMessage().contains("MD5"), refused.getMessage());
    }
  }

  private static PublishedFile published(Server server, byte[] content) throws Exception {
    return new PublishedFile("cifar-10-binary.tar.gz", server.address(),
        Checksum.md5(HexFormat.of().formatHex(MessageDigest.getInstance("MD5").digest(content))), 0);
  }

  private WeightStore store(boolean offline) {
    Duration second = Duration.ofSeconds(1);
    return new WeightStore(new StoreSettings(folder.resolve("cache"), offline, Optional.empty(), second, second, 1,
        Duration.ofMillis(1), second));
  }

  private Path write(String name) throws IOException {
    Path data = folder.resolve(name);
    files.forEach((file, content) -> Photos.write(data.resolve(file), content));
    return data;
  }

  /** Has one file. */
  private static final class Server implements AutoCloseable {
    private final AtomicInteger asked = new AtomicInteger();
    private final HttpServer server;

    Server(byte[] content) throws IOException {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      server.createContext("/", exchange -> {
        asked.incrementAndGet();
        try (exchange) {
          exchange.sendResponseHeaders(200, content.length);
          exchange.getResponseBody().write(content);
        }
      });
      server.start();
    }

    URI address() {
      return URI.create("http://" + InetAddress.getLoopbackAddress().getHostAddress() + ":"
          + server.getAddress().getPort() + "/kriz/cifar-10-binary.tar.gz");
    }

    @Override
    public void close() {
      server.stop(0);
    }
  }
}
