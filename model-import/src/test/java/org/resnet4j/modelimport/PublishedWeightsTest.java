package org.resnet4j.modelimport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.zoo.PretrainedType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.resnet4j.modelimport.pytorch.PyTorchFile;
import org.resnet4j.modelimport.pytorch.PyTorchNames;
import org.resnet4j.testdata.Fixtures;
import org.resnet4j.zoo.ResNet;
import org.resnet4j.zoo.ResNetSpec;
import org.resnet4j.zoo.ResNetWeights;
import org.resnet4j.zoo.ResNets;
import org.resnet4j.zoo.WeightsReader;
import org.resnet4j.zoo.store.WeightStoreException;
import org.resnet4j.zoo.weights.ModelWeights;
import org.resnet4j.zoo.weights.SavedModel;

/** The zoo's published weights, read by this module. */
class PublishedWeightsTest {
  private static final Path ORACLES = Path.of("..", "..", "shared", "oracles", "pytorch-cifar10");
  private static final ResNetWeights WEIGHTS = ResNetWeights.CIFAR_RESNET20;

  @TempDir
  Path folder;

  private static Path published() {
    Path file = ORACLES.resolve(WEIGHTS.file().orElseThrow().name());
    assumeTrue(Files.isRegularFile(file), "no shared oracles beside the repository");
    return file;
  }

  @ParameterizedTest
  @EnumSource(WeightsReader.Format.class)
  void eachFormatHasItsReader(WeightsReader.Format format) {
    assertEquals(format, WeightsReader.of(format).format());
  }

  @Test
  void pyTorchsTensorsComeUnderCanonicalNames() throws IOException {
    Path file = copy("pytorch/basic.pth");
    Map<String, INDArray> tensors = read(WeightsReader.Format.PYTORCH, file, ResNets.spec("resnet18"));
    try (PyTorchFile torch = PyTorchFile.open(file)) {
      assertEquals(PyTorchNames.canonical(torch).shapes().keySet(), tensors.keySet());
    }
    assertTrue(tensors.containsKey("stage1_block1_conv1.weight"), tensors.keySet().toString());
  }

  @Test
  void kerasTensorsComeUnderCanonicalNames() throws IOException {
    ResNetSpec narrow = ResNets.spec("resnet50_keras").withWidth(4).withDepths(2, 2);
    ResNetSpec spec = new ResNetSpec(narrow.name(), narrow.block(), narrow.version(), narrow.stem(), 64,
        narrow.width(), narrow.depths(), narrow.groups(), narrow.groupWidth(), narrow.shortcut(), narrow.dialect());
    Map<String, INDArray> tensors = read(WeightsReader.Format.KERAS_HDF5, copy("zoo_weights/narrow_v1.h5"), spec);
    ComputationGraph graph = ResNet.builder().spec(spec).numClasses(5).build().init();
    assertEquals(ModelWeights.shapes(graph).keySet(), tensors.keySet());
  }

  private Path copy(String fixture) throws IOException {
    Path file = folder.resolve(Path.of(fixture).getFileName().toString());
    try (InputStream in = Fixtures.open(fixture)) {
      Files.copy(in, file);
    }
    return file;
  }

  private static Map<String, INDArray> read(WeightsReader.Format format, Path file, ResNetSpec spec) {
    Map<String, INDArray> read = new HashMap<>();
    WeightsReader.of(format).read(file, spec,
        tensors -> tensors.shapes().keySet().forEach(name -> read.put(name, tensors.read(name))));
    return read;
  }

  @Test
  void aPublishedFileGivesItsNetWithClassesAndPreprocessing() throws IOException {
    SavedModel model = WEIGHTS.load(WEIGHTS.builder().build(), published());
    ComputationGraph expected = ResNets.named("cifar_resnet20").build().init();
    try (PyTorchFile torch = PyTorchFile.open(published())) {
      ModelWeights.load(expected, PyTorchNames.canonical(torch));
    }
    assertEquals(expected.params(), model.graph().params());
    JsonNode recorded = new ObjectMapper().readTree(ORACLES.resolve("resnet20.json").toFile());
    assertEquals(recorded.get("weights").asText(), WEIGHTS.file().orElseThrow().name());
    List<String> classes = new ArrayList<>();
    recorded.get("classes").forEach(name -> classes.add(name.asText()));
    assertEquals(classes, model.classes());
    assertEquals("RGB/255, minus (0.485,0.456,0.406), over (0.229,0.224,0.225)",
        recorded.get("preprocessing").asText());
    assertEquals(List.of(0.485, 0.456, 0.406), model.preprocessing().mean());
    assertEquals(List.of(0.229, 0.224, 0.225), model.preprocessing().std());
    assertEquals(Files.size(published()), WEIGHTS.file().orElseThrow().bytes(), 1000);
  }

  @Test
  void aFileThatDiffersByABitIsRefused() throws IOException {
    byte[] bytes = Files.readAllBytes(published());
    bytes[bytes.length / 2] ^= 1;
    Path file = Files.write(folder.resolve("changed.th"), bytes);
    WeightStoreException refused =
        assertThrows(WeightStoreException.class, () -> WEIGHTS.load(WEIGHTS.builder().build(), file));
    assertEquals(WeightStoreException.Reason.CHECKSUM_OF_FILE, refused.reason());
  }

  /** As a user does it, but for the mirror. */
  @Test
  void initPretrainedFetchesOnceAndThenWorksOffline() throws IOException {
    byte[] bytes = Files.readAllBytes(published());
    AtomicInteger requests = new AtomicInteger();
    HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/mirror/" + WEIGHTS.file().orElseThrow().name(), exchange -> {
      requests.incrementAndGet();
      exchange.sendResponseHeaders(200, bytes.length);
      try (exchange) {
        exchange.getResponseBody().write(bytes);
      }
    });
    server.start();
    try {
      System.setProperty("resnet4j.cache", folder.resolve("cache").toString());
      System.setProperty("resnet4j.mirror", "http://" + InetAddress.getLoopbackAddress().getHostAddress() + ":"
          + server.getAddress().getPort() + "/mirror/");
      ComputationGraph fetched = ResNets.named("cifar_resnet20").build().initPretrained(PretrainedType.CIFAR10);
      System.setProperty("resnet4j.offline", "true");
      ComputationGraph cached =
          ResNets.named("cifar_resnet20").numClasses(4).build().initPretrained(PretrainedType.CIFAR10);
      assertEquals(1, requests.get());
      Map<String, INDArray> first = ModelWeights.export(fetched);
      ModelWeights.export(cached).forEach((name, values) -> {
        if (name.startsWith("logits.")) {
          assertEquals(4, values.size(0));
        } else {
          assertEquals(first.get(name), values, name);
        }
      });
    } finally {
      server.stop(0);
      List.of("cache", "mirror", "offline").forEach(name -> System.clearProperty("resnet4j." + name));
    }
  }
}
