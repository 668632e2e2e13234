package org.resnet4j.modelimport.pytorch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.compressors.xz.XZCompressorInputStream;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.resnet4j.zoo.ResNet;
import org.resnet4j.zoo.ResNetSpec;
import org.resnet4j.zoo.ResNets;
import org.resnet4j.zoo.image.ImageDecoder;
import org.resnet4j.zoo.image.Preprocessing;
import org.resnet4j.zoo.image.Resize;
import org.resnet4j.zoo.weights.ModelWeights;
import org.resnet4j.zoo.weights.TensorSource;

/** A net that takes a PyTorch file's weights computes what PyTorch computes with them. */
class NetParityTest {
  private static final Path SHARED = Path.of("..", "..", "shared");

  @TempDir
  Path folder;

  static Stream<JsonNode> cases() {
    return StreamSupport.stream(TorchFixtures.json("nets.json").get("cases").spliterator(), false);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void aNarrowNetComputesWhatPyTorchComputed(JsonNode recorded) {
    ResNetSpec spec = ResNets.spec(recorded.get("model").asText());
    if (recorded.get("groups").isArray()) {
      int[] groups = ints(recorded.get("groups"));
      spec = spec.withGroups(groups[0], groups[1]);
    }
    spec = spec.withWidth(recorded.get("width").asInt())
        .withDepths(Arrays.stream(ints(recorded.get("depths"))).boxed().toArray(Integer[]::new));
    boolean head = recorded.get("head").asBoolean();
    int[] shape = ints(recorded.get("input"));
    try (PyTorchFile file = PyTorchFile.open(TorchFixtures.copy(recorded.get("file").asText(), folder))) {
      TensorSource weights = PyTorchNames.canonical(file);
      ResNet net = ResNet.builder().spec(spec).head(head)
          .numClasses(PyTorchNames.classes(weights).orElseThrow()).inputShape(shape[1], shape[2], shape[3]).build();
      ComputationGraph graph = net.init();
      ModelWeights.load(graph, head ? weights : PyTorchNames.withoutHead(weights));
      String endpoint = net.endpoints().get(head ? "logits" : "pool");
      INDArray found = graph.feedForward(input(shape), false).get(endpoint);
      double[] expected = TorchFixtures.doubles(recorded.get("output").get("values"));
      double largest = Arrays.stream(expected).map(Math::abs).max().orElseThrow();
      assertEquals(expected.length, found.length());
      assertClose(expected, found, 1e-4 * largest);
    }
  }

  /** torch_files.py's net_input. */
  private static INDArray input(int[] shape) {
    int length = IntStream.of(shape).reduce(1, (a, b) -> a * b);
    float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      values[i] = (float) (i * 7919L % 1001 / 500.0 - 1);
    }
    return Nd4j.create(values, IntStream.of(shape).asLongStream().toArray(), 'c');
  }

  private static int[] ints(JsonNode array) {
    return Arrays.stream(TorchFixtures.longs(array)).mapToInt(Math::toIntExact).toArray();
  }

  private static void assertClose(double[] expected, INDArray found, double tolerance) {
    INDArray flat = found.dup('c').reshape(found.length());
    for (int i = 0; i < expected.length; i++) {
      assertTrue(Math.abs(expected[i] - flat.getFloat(i)) <= tolerance,
          "value " + i + ": " + expected[i] + " and " + flat.getFloat(i));
    }
  }

  /** github.com/akamaster/pytorch_resnet_cifar10's published weights on real images. */
  @Test
  void publishedCifarWeightsGiveTheRecordedLogits() throws IOException {
    Path oracles = SHARED.resolve("oracles/pytorch-cifar10");
    Path images = SHARED.resolve("data/cifar10-jpeg.tar.xz");
    assumeTrue(Files.exists(oracles) && Files.exists(images), "the shared weights and images aren't on this machine");
    Map<String, byte[]> jpegs = jpegs(images, logits(oracles.resolve("resnet20.json")));
    assertEquals(20, jpegs.size());
    compare(oracles.resolve("resnet20-12fca82f.th"), "cifar_resnet20", jpegs, logits(oracles.resolve("resnet20.json")));
    compare(oracles.resolve("resnet32-d509ac18.th"), "cifar_resnet32", jpegs, logits(oracles.resolve("resnet32.json")));
  }

  private static JsonNode logits(Path record) throws IOException {
    return new ObjectMapper().readTree(record.toFile()).get("logits");
  }

  private static void compare(Path weightsFile, String model, Map<String, byte[]> jpegs, JsonNode logits) {
    try (PyTorchFile file = PyTorchFile.open(weightsFile)) {
      TensorSource weights = PyTorchNames.canonical(file);
      assertEquals(model, PyTorchNames.model(weights).orElseThrow().name());
      ComputationGraph graph = ResNets.named(model).build().init();
      ModelWeights.load(graph, weights);
      Preprocessing torch = Preprocessing.torch(32).withResize(new Resize.ShorterSide(32));
      jpegs.forEach((name, bytes) -> {
        INDArray x = torch.apply(ImageDecoder.DEFAULT.decode(new ByteArrayInputStream(bytes), name),
            CNN2DFormat.NCHW);
        assertClose(TorchFixtures.doubles(logits.get(name)), graph.feedForward(x, false).get("logits"), 1e-3);
      });
    }
  }

  /** The images that the record names, without the 60,000 others. */
  private static Map<String, byte[]> jpegs(Path archive, JsonNode named) throws IOException {
    List<String> names = new ArrayList<>();
    named.fieldNames().forEachRemaining(names::add);
    Map<String, byte[]> jpegs = new TreeMap<>();
    try (TarArchiveInputStream tar = new TarArchiveInputStream(
        new XZCompressorInputStream(new BufferedInputStream(Files.newInputStream(archive))))) {
      for (TarArchiveEntry entry = tar.getNextEntry(); entry != null && jpegs.size() < names.size();
          entry = tar.getNextEntry()) {
        for (String name : names) {
          if (entry.getName().endsWith(name)) {
            jpegs.put(name, tar.readAllBytes());
          }
        }
      }
    }
    return jpegs;
  }
}
