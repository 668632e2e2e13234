package org.resnet4j.modelimport.pytorch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.resnet4j.modelimport.ModelImportException.WeightsDiffer;
import org.resnet4j.zoo.ResNetSpec;
import org.resnet4j.zoo.ResNets;
import org.resnet4j.zoo.weights.ModelWeights;
import org.resnet4j.zoo.weights.TensorSource;
import org.resnet4j.zoo.weights.WeightsException;

/** Every published net's tensors go to the spec's, each tensor used and each parameter set. */
class PyTorchNamesTest {
  @TempDir
  Path folder;

  static List<String> published() {
    List<String> names = new ArrayList<>();
    TorchFixtures.json("shapes.json").fieldNames().forEachRemaining(names::add);
    return names;
  }

  @ParameterizedTest
  @MethodSource("published")
  void aPublishedNetsTensorsAreExactlyItsSpecs(String model) {
    Map<String, long[]> shapes = TorchFixtures.shapes(TorchFixtures.json("shapes.json").get(model));
    TensorSource canonical = PyTorchNames.canonical(TorchFixtures.shapesOnly(model, shapes));
    assertSameShapes(shapesOf(ResNets.named(model).build().configuration()), canonical.shapes());
    assertEquals(model, PyTorchNames.model(canonical).orElseThrow().name());
    assertEquals(1000, PyTorchNames.classes(canonical).orElseThrow());
  }

  @ParameterizedTest
  @ValueSource(strings = {"resnet50_v1", "resnet18_cifar", "resnet50_cifar", "cifar_resnet20", "cifar_resnet26",
      "cifar_resnet32_b", "cifar_resnet26_b", "cifar_resnet20_c", "cifar_resnet44_conv", "cifar_resnet26_conv",
      "cifar_plain20", "cifar_resnet29_v2", "cifar_resnet38_v2", "cifar_wrn16_8", "cifar_wrn22_4", "resnet200_v2",
      "resnet50_keras"})
  void theModelIsToldFromCanonicalNamesAndShapes(String model) {
    TensorSource source = TorchFixtures.shapesOnly(model, shapesOf(ResNets.named(model).build().configuration()));
    assertSameShapes(source.shapes(), PyTorchNames.canonical(source).shapes());
    // What names and shapes don't tell.
    String told = switch (model) {
      case "resnet50_v1" -> "resnet50";
      case "cifar_plain20" -> "cifar_resnet20";
      default -> model;
    };
    Optional<String> found = PyTorchNames.model(source).map(ResNetSpec::name);
    assertEquals(model.equals("resnet50_keras") ? Optional.empty() : Optional.of(told), found);
  }

  private static Map<String, long[]> shapesOf(ComputationGraphConfiguration configuration) {
    ComputationGraph graph = new ComputationGraph(configuration);
    long parameters = 0;
    for (var vertex : configuration.getVertices().values()) {
      parameters += vertex.numParams(true);
    }
    graph.init(Nd4j.zeros(DataType.FLOAT, 1, parameters), false);
    Map<String, long[]> shapes = ModelWeights.shapes(graph);
    graph.close();
    return shapes;
  }

  private static void assertSameShapes(Map<String, long[]> expected, Map<String, long[]> found) {
    assertEquals(expected.keySet(), found.keySet());
    expected.forEach((name, shape) -> assertArrayEquals(shape, found.get(name), name));
  }

  @Test
  void wrappersPrefixesAreDroppedAndCountersIgnored() {
    Map<String, INDArray> tensors = new LinkedHashMap<>();
    tensors.put("_orig_mod.module.conv1.weight", Nd4j.ones(4, 3, 7, 7));
    tensors.put("_orig_mod.module.bn1.num_batches_tracked", Nd4j.scalar(3f));
    tensors.put("_orig_mod.module.layer1.0.shortcut.0.weight", Nd4j.ones(4, 4, 1, 1));
    tensors.put("_orig_mod.module.linear.bias", Nd4j.ones(4));
    assertEquals(Set.of("stem_conv.weight", "stage1_block1_shortcut_conv.weight", "logits.bias"),
        PyTorchNames.canonical(TensorSource.of("file", tensors)).shapes().keySet());
  }

  @Test
  void aHeadMayBeAConvolutionOrLinear() {
    INDArray weight = Nd4j.arange(12).castTo(DataType.FLOAT);
    for (INDArray head : List.of(weight.reshape(3, 4, 1, 1), weight.reshape(3, 4))) {
      TensorSource source = PyTorchNames.canonical(TensorSource.of("file",
          Map.of("head.fc.weight", head, "stages.0.blocks.0.conv1.weight", Nd4j.ones(1, 1, 1, 1))));
      assertArrayEquals(new long[] {3, 4}, source.shapes().get("logits.weight"));
      assertEquals(weight.reshape(3, 4), source.read("logits.weight"));
      assertEquals(Set.of("stage1_block1_conv1.weight"), PyTorchNames.withoutHead(source).shapes().keySet());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"layer1.0.conv1.extra", "layer1.0.conv4.weight", "layer1.conv1.weight", "se.weight", "weight",
      "layer99999.0.conv1.weight", "fc.weight\u001b[31m", "layer1.0.conv1.weight.weight", "module.conv1.weight"})
  void aNameThatDoesNotBelongIsRefusedByName(String stranger) {
    Map<String, long[]> shapes = new LinkedHashMap<>();
    shapes.put("layer1.0.conv1.weight", new long[] {4, 4, 3, 3});
    shapes.put(stranger, new long[] {1});
    WeightsDiffer refused = assertThrows(WeightsDiffer.class,
        () -> PyTorchNames.canonical(TorchFixtures.shapesOnly("file", shapes)));
    assertTrue(refused.object().startsWith("tensor \"") && !refused.getMessage().contains("\u001b"),
        refused.getMessage());
  }

  @Test
  void twoTensorsForOneParameterAreRefused() {
    Map<String, long[]> shapes = Map.of("layer1.0.conv1.weight", new long[] {4, 4, 3, 3}, "fc.weight", new long[] {2, 4},
        "linear.weight", new long[] {2, 4});
    WeightsDiffer refused = assertThrows(WeightsDiffer.class,
        () -> PyTorchNames.canonical(TorchFixtures.shapesOnly("file", shapes)));
    assertTrue(refused.getMessage().contains("fc.weight") && refused.getMessage().contains("linear.weight"));
  }

  @Test
  void anotherKindOfNetIsRefused() {
    for (Map<String, long[]> shapes : List.of(Map.<String, long[]>of(),
        Map.of("features.0.weight", new long[] {64, 3, 11, 11}), Map.of("ResNetModule.0.weight", new long[] {4, 3, 3, 3}),
        Map.of("ResNetModule.0.weight", new long[] {4, 3, 3}), Map.of("ResNetModule.a.b", new long[0]))) {
      WeightsDiffer refused = assertThrows(WeightsDiffer.class,
          () -> PyTorchNames.canonical(TorchFixtures.shapesOnly("file", shapes)));
      assertEquals("file", refused.file());
    }
  }

  @Test
  void missingExtraMisshapenAndNanTensorsAreRefusedByName() {
    ComputationGraph graph = ResNets.named("cifar_resnet8").build().init();
    INDArray before = graph.params().dup();
    Map<String, INDArray> good = ModelWeights.export(graph);
    refused(graph, good, "stage1_block1_conv2.weight", null, WeightsException.Reason.TENSORS_DIFFER);
    refused(graph, good, "stage1_block9_conv1.weight", Nd4j.ones(1), WeightsException.Reason.TENSORS_DIFFER);
    refused(graph, good, "logits.bias", Nd4j.ones(11), WeightsException.Reason.SHAPES_DIFFER);
    refused(graph, good, "logits.bias", Nd4j.valueArrayOf(10, Double.NaN), WeightsException.Reason.VALUE);
    refused(graph, good, "logits.bias", Nd4j.valueArrayOf(10, Double.POSITIVE_INFINITY), WeightsException.Reason.VALUE);
    assertEquals(before, graph.params());
  }

  private static void refused(ComputationGraph graph, Map<String, INDArray> good, String tensor, INDArray value,
      WeightsException.Reason reason) {
    Map<String, INDArray> bad = new LinkedHashMap<>(good);
    bad.put(tensor, value);
    bad.values().removeIf(Objects::isNull);
    WeightsException refused = assertThrows(WeightsException.class,
        () -> ModelWeights.load(graph, PyTorchNames.canonical(TensorSource.of("file", bad))));
    assertEquals(reason, refused.reason());
    assertTrue(refused.getMessage().contains(tensor), refused.getMessage());
  }

  @Test
  void positionsAreCountedNotSpelled() {
    try (PyTorchFile file = PyTorchFile.open(TorchFixtures.copy("cifar_ResNet_.pth", folder))) {
      Map<String, long[]> renumbered = new LinkedHashMap<>();
      file.shapes().forEach((name, shape) -> renumbered.put(
          name.replace(".ResBlockModules.0.", ".ResBlockModules.9.").replace(".ResBlockModules.1.", ".ResBlockModules.10."),
          shape));
      assertSameShapes(PyTorchNames.canonical(file).shapes(),
          PyTorchNames.canonical(TorchFixtures.shapesOnly("file", renumbered)).shapes());
    }
  }
}
