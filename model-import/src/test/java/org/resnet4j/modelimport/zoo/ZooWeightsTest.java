package org.resnet4j.modelimport.zoo;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.StreamSupport;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.resnet4j.modelimport.ModelImportException;
import org.resnet4j.modelimport.ModelImportException.ShapeDiffers;
import org.resnet4j.modelimport.ModelImportException.WeightsDiffer;
import org.resnet4j.modelimport.file.KerasFile;
import org.resnet4j.modelimport.file.NpzFile;
import org.resnet4j.modelimport.weights.MemoryGroup;
import org.resnet4j.testdata.Fixtures;
import org.resnet4j.testdata.Formula;
import org.resnet4j.zoo.ResNet;
import org.resnet4j.zoo.ResNetSpec;
import org.resnet4j.zoo.ResNets;
import org.resnet4j.zoo.weights.ModelWeights;
import org.resnet4j.zoo.weights.WeightsException;

class ZooWeightsTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir
  Path folder;

  static ResNetSpec narrow(String fixture) {
    return switch (fixture) {
      case "narrow_v1" -> withStem(64, ResNets.spec("resnet50_keras").withWidth(4).withDepths(2, 2));
      case "narrow_v2" -> withStem(64, ResNets.spec("resnet50_v2_keras").withWidth(4).withDepths(2, 2));
      default -> ResNets.spec("resnet50_v2_ref_keras").withWidth(4).withDepths(2, 2);
    };
  }

  private static ComputationGraph graph(String fixture, int classes) {
    return ResNet.builder().spec(narrow(fixture)).numClasses(classes).inputShape(3, 40, 36).build().init();
  }

  /** keras.applications' stem is 64 wide whatever follows. */
  static ResNetSpec withStem(int channels, ResNetSpec s) {
    return new ResNetSpec(s.name(), s.block(), s.version(), s.stem(), channels, s.width(), s.depths(), s.groups(),
        s.groupWidth(), s.shortcut(), s.dialect());
  }

  @ParameterizedTest
  @CsvSource({"narrow_v1, .h5", "narrow_v1, .weights.h5", "narrow_v2, .h5", "narrow_v2, .weights.h5",
      "narrow_reference, .h5", "narrow_reference, .weights.h5"})
  void everyTensorIsTheOneItsNameTellsAndTheNetComputesWhatKerasComputed(String fixture, String suffix) {
    JsonNode record = read("zoo_weights/" + fixture + ".json");
    int[] input = StreamSupport.stream(record.get("input").spliterator(), false).mapToInt(JsonNode::asInt).toArray();
    ComputationGraph graph = graph(fixture, 5);
    try (KerasFile file = KerasFile.open(fixture(fixture + suffix))) {
      ZooWeights weights = ZooWeights.of(file, narrow(fixture));
      weights.shapes().forEach((tensor, shape) -> {
        INDArray values = weights.read(tensor);
        assertArrayEquals(shape, values.shape(), tensor);
        assertEquals('c', values.ordering(), tensor);
        assertArrayEquals(Formula.tensor(tensor, shape), values.dup('c').data().asFloat(), 1e-6f, tensor);
      });
      ModelWeights.load(graph, weights);
    }
    INDArray logits = graph.feedForward(FormulaTensors.input(input), false).get("logits");
    JsonNode expected = record.get("logits");
    assertEquals(expected.size(), logits.length());
    double largest = StreamSupport.stream(expected.spliterator(), false).mapToDouble(v -> Math.abs(v.asDouble())).max()
        .orElseThrow();
    for (int i = 0; i < expected.size(); i++) {
      assertEquals(expected.get(i).asDouble(), logits.getDouble(i), 1e-4 * largest, fixture + suffix);
    }
  }

  /** The files of the full-size nets, as real Keras writes them, without their values. */
  @ParameterizedTest
  @ValueSource(strings = {"resnet50_keras", "resnet101_keras", "resnet152_keras", "resnet50_v2_keras",
      "resnet101_v2_keras", "resnet152_v2_keras", "resnet50_v2_ref_keras"})
  void theFullSizeNetsFilesMatchTensorByTensor(String model) {
    ResNetSpec spec = ResNets.spec(model);
    JsonNode layers = read("zoo_weights/" + model + ".json").get("layers");
    ZooWeights named = ZooWeights.of("named.h5", named(layers, Set.of()), spec);
    ZooWeights positioned = ZooWeights.of("positioned.weights.h5", positioned(layers, Set.of()), spec);
    Set<String> expected = new LinkedHashSet<>();
    long trainable = 0;
    int number = 0;
    for (JsonNode layer : layers) {
      number++;
      for (JsonNode variable : layer.get(3)) {
        String kind = variable.get(0).asText().replaceFirst(".*/", "").replaceFirst(":0", "");
        String tensor = layer.get(1).asText() + "." + KerasNet.TENSORS.get(kind);
        expected.add(tensor);
        trainable += kind.startsWith("moving") ? 0 : count(shape(variable));
        if (variable.get(1).size() == 1) {
          assertEquals(number, named.read(tensor).getInt(0), tensor + " by name");
          assertEquals(number, positioned.read(tensor).getInt(0), tensor + " by position");
        }
      }
    }
    assertEquals(expected, named.shapes().keySet());
    assertEquals(expected, positioned.shapes().keySet());
    assertEquals(read("inference/" + model + ".json").get("trainableParameters").asLong(), trainable);
  }

  @ParameterizedTest
  @ValueSource(strings = {"resnet50_keras", "resnet50_v2_keras"})
  void aFileWithoutTopHasAllButTheLogits(String model) {
    JsonNode layers = read("zoo_weights/" + model + ".json").get("layers");
    Set<String> top = Set.of("predictions");
    ZooWeights whole = ZooWeights.of("named.h5", named(layers, Set.of()), ResNets.spec(model));
    Set<String> expected = new LinkedHashSet<>(whole.shapes().keySet());
    expected.removeAll(Set.of("logits.weight", "logits.bias"));
    assertEquals(expected, ZooWeights.of("named.h5", named(layers, top), ResNets.spec(model)).shapes().keySet());
    assertEquals(expected,
        ZooWeights.of("positioned.h5", positioned(layers, top), ResNets.spec(model)).shapes().keySet());
  }

  @Test
  void theOldNameOfTheTopIsKnown() {
    JsonNode layers = read("zoo_weights/resnet50_keras.json").get("layers");
    MemoryGroup file = named(layers, Set.of("predictions"));
    file.layer("probs").tensor("probs/kernel:0", new long[] {2048, 1000}, 1)
        .tensor("probs/bias:0", new long[] {1000}, 2);
    ZooWeights weights = ZooWeights.of("official.h5", file, ResNets.spec("resnet50_keras"));
    assertArrayEquals(new long[] {1000, 2048}, weights.shapes().get("logits.weight"));
  }

  @Test
  void aFileWithoutTopLoadsWhereTheHeadIsExcepted() {
    ComputationGraph graph = graph("narrow_v2", 7);
    INDArray head = graph.getLayer("logits").getParam("W").dup();
    try (KerasFile file = KerasFile.open(fixture("narrow_v2.h5"))) {
      ModelWeights.load(graph, ZooWeights.of(file, narrow("narrow_v2")), Set.of("logits"));
    }
    assertEquals(head, graph.getLayer("logits").getParam("W"));
    assertArrayEquals(Formula.tensor("final_norm.running_var", new long[] {32}),
        graph.getLayer("final_norm").getParam("var").dup('c').data().asFloat(), 1e-6f);
  }

  @Test
  void anotherNetsFileIsRefused() {
    try (KerasFile v1 = KerasFile.open(fixture("narrow_v1.h5"));
        KerasFile v1ByPosition = KerasFile.open(fixture("narrow_v1.weights.h5"));
        KerasFile reference = KerasFile.open(fixture("narrow_reference.h5"))) {
      assertNames(assertThrows(WeightsDiffer.class, () -> ZooWeights.of(v1, narrow("narrow_v2"))), "preact_bn");
      assertThrows(ModelImportException.class, () -> ZooWeights.of(v1ByPosition, narrow("narrow_v2")));
      assertNames(assertThrows(WeightsDiffer.class, () -> ZooWeights.of(v1, narrow("narrow_v1").withDepths(2, 3))),
          "conv3_block3_1_conv");
      assertNames(assertThrows(ShapeDiffers.class, () -> ZooWeights.of(v1, narrow("narrow_v1").withWidth(8))), "conv1");
      assertThrows(ShapeDiffers.class, () -> ZooWeights.of(reference, narrow("narrow_reference").withWidth(8)));
      assertThrows(WeightsDiffer.class, () -> ZooWeights.of(reference, narrow("narrow_reference").withDepths(2, 2, 2)));
      assertThrows(WeightsDiffer.class, () -> ZooWeights.of(reference, narrow("narrow_v2")));
    }
  }

  @Test
  void anotherNumberOfClassesIsRefusedByTheGraph() {
    ComputationGraph graph = graph("narrow_v1", 6);
    try (KerasFile file = KerasFile.open(fixture("narrow_v1.h5"))) {
      WeightsException e = assertThrows(WeightsException.class,
          () -> ModelWeights.load(graph, ZooWeights.of(file, narrow("narrow_v1"))));
      assertTrue(e.getMessage().contains("logits.weight"), e.getMessage());
    }
  }

  @Test
  void aSpecThatKerasHasNotIsRefused() {
    try (KerasFile file = KerasFile.open(fixture("narrow_v1.h5"))) {
      IllegalArgumentException e =
          assertThrows(IllegalArgumentException.class, () -> ZooWeights.of(file, ResNets.spec("resnet50")));
      assertTrue(e.getMessage().contains("resnet50_keras"), e.getMessage());
    }
  }

  @ParameterizedTest
  @CsvSource({"app_v1_small, resnet50_keras, 64, 8", "app_v2_small, resnet50_v2_keras, 64, 8",
      "seed_narrow64, resnet50_v2_ref_keras, 4, 4"})
  void everyFileOfARecordedModelComputesWhatKerasComputed(String recorded, String model, int stem, int width) {
    Path oracle = Path.of("").toAbsolutePath().getParent().resolveSibling("shared/oracles/keras").resolve(recorded);
    assumeTrue(Files.isDirectory(oracle), "no ../shared/oracles/keras");
    ResNetSpec spec = withStem(stem, ResNets.spec(model).withWidth(width));
    spec = recorded.startsWith("app") ? spec.withDepths(2, 2, 2) : spec;
    INDArray input;
    INDArray expected;
    try (NpzFile io = NpzFile.open(oracle.resolve("io.npz"))) {
      input = io.read("x", DataType.FLOAT);
      expected = io.read("y", DataType.FLOAT);
    }
    ComputationGraph graph = ResNet.builder().spec(spec).numClasses((int) expected.size(1))
        .inputShape(3, (int) input.size(1), (int) input.size(2)).format(CNN2DFormat.NHWC).build().init();
    for (String name : List.of("k2.h5", "k22.h5", "k3.h5", "k2.keras", "k3.keras", "k2w.h5", "k22w.h5",
        "k2w.weights.h5", "k3w.weights.h5")) {
      graph.params().assign(0.5);
      try (KerasFile file = KerasFile.open(oracle.resolve(name))) {
        ModelWeights.load(graph, ZooWeights.of(file, spec));
      }
      double largest = expected.amaxNumber().doubleValue();
      double difference = graph.outputSingle(input).sub(expected).amaxNumber().doubleValue();
      assertTrue(difference <= 1e-4 * largest, name + ": " + difference + " of " + largest);
    }
  }

  private static void assertNames(ModelImportException e, String part) {
    assertTrue(e.getMessage().contains(part) && e.file() != null, e.getMessage());
  }

  /** A file by name; each tensor is filled with its layer's number. */
  private static MemoryGroup named(JsonNode layers, Set<String> except) {
    MemoryGroup root = new MemoryGroup();
    root.layer("input_1");
    int number = 0;
    for (JsonNode layer : layers) {
      number++;
      if (!except.contains(layer.get(0).asText())) {
        MemoryGroup group = root.layer(layer.get(0).asText());
        for (JsonNode variable : layer.get(3)) {
          group.tensor(variable.get(0).asText(), shape(variable), number);
        }
      }
    }
    root.in("top_level_model_weights");
    return root;
  }

  private static MemoryGroup positioned(JsonNode layers, Set<String> except) {
    MemoryGroup root = new MemoryGroup();
    root.in("layers/input_layer/vars");
    int number = 0;
    for (JsonNode layer : layers) {
      number++;
      for (int i = 0; !except.contains(layer.get(0).asText()) && i < layer.get(3).size(); i++) {
        root.put("layers/" + layer.get(2).asText() + "/vars/" + i, shape(layer.get(3).get(i)), number);
      }
    }
    return root;
  }

  private static long[] shape(JsonNode variable) {
    return StreamSupport.stream(variable.get(1).spliterator(), false).mapToLong(JsonNode::asLong).toArray();
  }

  private static long count(long[] shape) {
    long count = 1;
    for (long size : shape) {
      count *= size;
    }
    return count;
  }

  private static JsonNode read(String path) {
    try (InputStream stream = Fixtures.open(path)) {
      return JSON.readTree(stream);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Path fixture(String name) {
    Path file = folder.resolve(name);
    try (InputStream stream = Fixtures.open("zoo_weights/" + name)) {
      Files.write(file, stream.readAllBytes());
      return file;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
