package org.resnet4j.zoo.weights;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.DepthwiseConvolution2D;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayerWithBackprop;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.resnet4j.zoo.weights.WeightsException.Reason;

class ModelWeightsTest {
  private static final String SHAPES = "stem_conv.weight [4, 3, 3, 3]\n"
      + "stem_norm.weight [4]\nstem_norm.bias [4]\nstem_norm.running_mean [4]\nstem_norm.running_var [4]\n"
      + "conv1.weight [4, 2, 3, 3]\n"
      + "norm1.weight [4]\nnorm1.bias [4]\nnorm1.running_mean [4]\nnorm1.running_var [4]\n"
      + "conv2.weight [4, 4, 1, 1]\nconv2.bias [4]\nnorm2.weight [4]\nnorm2.bias [4]\n"
      + "norm3.bias [4]\nnorm3.running_mean [4]\nnorm3.running_var [4]\nlogits.weight [3, 4]\nlogits.bias [3]";

  private static ComputationGraph graph(long seed) {
    return TinyGraphs.residual(CNN2DFormat.NCHW, seed);
  }

  private static String shapes(ComputationGraph graph) {
    return ModelWeights.shapes(graph).entrySet().stream()
        .map(tensor -> tensor.getKey() + " " + Arrays.toString(tensor.getValue())).collect(Collectors.joining("\n"));
  }

  private static WeightsException refused(ComputationGraph graph, Map<String, INDArray> tensors, Set<String> except) {
    INDArray before = graph.params().dup();
    WeightsException refused = assertThrows(WeightsException.class,
        () -> ModelWeights.load(graph, TensorSource.of("the map", tensors), except));
    assertEquals(before, graph.params(), "the graph is unchanged");
    return refused;
  }

  private static WeightsException refused(Map<String, INDArray> tensors) {
    return refused(graph(2), tensors, Set.of());
  }

  @ParameterizedTest
  @EnumSource(CNN2DFormat.class)
  void namesAndShapesAreTheSameInBothLayouts(CNN2DFormat format) {
    assertEquals(SHAPES, shapes(TinyGraphs.residual(format, 1)));
  }

  @Test
  void frozenLayersHaveTheirInnerLayersNames() {
    assertEquals(SHAPES, shapes(TinyGraphs.residual(CNN2DFormat.NCHW, 1, 3, FrozenLayer::new)));
    assertEquals(SHAPES, shapes(TinyGraphs.residual(CNN2DFormat.NCHW, 1, 3, FrozenLayerWithBackprop::new)));
  }

  @Test
  void valuesAreThoseOfDl4jsParameters() {
    ComputationGraph graph = graph(1);
    Map<String, INDArray> tensors = ModelWeights.export(graph);
    INDArray dense = graph.getLayer("logits").getParam("W");
    assertEquals(dense.getFloat(3, 1), tensors.get("logits.weight").getFloat(1, 3));
    assertEquals(dense.transpose(), tensors.get("logits.weight"));
    assertEquals(graph.getLayer("conv1").getParam("W"), tensors.get("conv1.weight"));
    assertEquals(graph.getLayer("conv2").getParam("b"), tensors.get("conv2.bias"));
    assertEquals(graph.getLayer("norm1").getParam("gamma"), tensors.get("norm1.weight"));
    assertEquals(graph.getLayer("norm1").getParam("beta"), tensors.get("norm1.bias"));
    assertEquals(graph.getLayer("norm1").getParam("mean"), tensors.get("norm1.running_mean"));
    assertEquals(graph.getLayer("norm1").getParam("var"), tensors.get("norm1.running_var"));
  }

  @Test
  void anExportIsACopy() {
    ComputationGraph graph = graph(1);
    INDArray before = graph.params().dup();
    ModelWeights.export(graph).values().forEach(tensor -> tensor.assign(0));
    assertEquals(before, graph.params());
  }

  @ParameterizedTest
  @EnumSource(CNN2DFormat.class)
  void loadedWeightsAreEqualToTheBitAndLieInTheFlatArray(CNN2DFormat format) {
    ComputationGraph from = TinyGraphs.residual(format, 1);
    ComputationGraph to = TinyGraphs.residual(format, 2);
    INDArray flat = to.params();
    assertNotEquals(from.params(), flat);
    ModelWeights.load(to, ModelWeights.source(from));
    assertArrayEquals(from.params().toFloatVector(), flat.toFloatVector());
    INDArray images = TinyGraphs.images(format);
    assertArrayEquals(from.outputSingle(images).data().asFloat(), to.outputSingle(images).data().asFloat());
  }

  @Test
  void weightsMoveBetweenLayoutsAndComputeTheSame() {
    ComputationGraph from = graph(1);
    ComputationGraph to = TinyGraphs.residual(CNN2DFormat.NHWC, 2);
    ModelWeights.load(to, ModelWeights.source(from));
    assertTrue(from.outputSingle(TinyGraphs.images(CNN2DFormat.NCHW))
        .equalsWithEps(to.outputSingle(TinyGraphs.images(CNN2DFormat.NHWC)), 1e-5));
  }

  @Test
  void theGammaOfANormWithoutOneIsSetToOne() {
    ComputationGraph from = graph(1);
    ComputationGraph to = graph(2);
    INDArray gamma = to.getLayer("norm3").getParam("gamma");
    gamma.assign(0);
    ModelWeights.load(to, ModelWeights.source(from));
    assertArrayEquals(new float[] {1, 1, 1, 1}, gamma.toFloatVector());
    gamma.putScalar(2, 0.5);
    assertEquals(Reason.VALUE, assertThrows(WeightsException.class, () -> ModelWeights.export(to)).reason());
  }

  @Test
  void missingAndUnexpectedTensorsAreListed() {
    Map<String, INDArray> tensors = ModelWeights.export(graph(1));
    tensors.remove("norm1.bias");
    tensors.put("norm1.num_batches_tracked", Nd4j.scalar(1f));
    WeightsException refused = refused(tensors);
    assertEquals(Reason.TENSORS_DIFFER, refused.reason());
    assertTrue(refused.getMessage().contains(
        "missing: \"norm1.bias\"; unexpected: \"norm1.num_batches_tracked\""), refused.getMessage());
    assertTrue(refused(Map.of()).getMessage().contains(" and 14 more; unexpected: none"));
  }

  @Test
  void anotherShapeIsRefusedEvenOfTheSameLength() {
    Map<String, INDArray> tensors = ModelWeights.export(graph(1));
    tensors.computeIfPresent("logits.weight", (name, tensor) -> tensor.transpose());
    tensors.put("stem_conv.weight", Nd4j.ones(9, 3, 3, 3));
    WeightsException refused = refused(tensors);
    assertEquals(Reason.SHAPES_DIFFER, refused.reason());
    assertTrue(refused.getMessage().contains("\"stem_conv.weight [4, 3, 3, 3]\", \"logits.weight [3, 4]\""
        + ", found \"[9, 3, 3, 3]\", \"[4, 3]\""), refused.getMessage());
  }

  @ParameterizedTest
  @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
  void whatIsNotFiniteIsRefusedByName(float value) {
    Map<String, INDArray> tensors = ModelWeights.export(graph(1));
    // The last tensor: all others have been read by then.
    tensors.get("logits.bias").putScalar(2, value);
    WeightsException refused = refused(tensors);
    assertEquals(Reason.VALUE, refused.reason());
    assertTrue(refused.getMessage().contains("\"logits.bias\""), refused.getMessage());
  }

  @Test
  void aNegativeVarianceIsRefused() {
    Map<String, INDArray> tensors = ModelWeights.export(graph(1));
    tensors.get("norm1.running_var").putScalar(1, -0.5f);
    assertEquals(Reason.VALUE, refused(tensors).reason());
    tensors.get("norm1.running_var").putScalar(1, 0f);
    ModelWeights.load(graph(2), TensorSource.of("the map", tensors));
  }

  @Test
  void aNewHeadKeepsItsOwnParametersOnRequestOnly() {
    ComputationGraph from = graph(1);
    ComputationGraph to = TinyGraphs.residual(CNN2DFormat.NCHW, 2, 5, layer -> layer);
    INDArray head = to.getLayer("logits").params().dup();
    Map<String, INDArray> tensors = ModelWeights.export(from);
    assertEquals(Reason.SHAPES_DIFFER, refused(to, tensors, Set.of()).reason());
    assertEquals(Reason.NO_SUCH_VERTEX, refused(to, tensors, Set.of("logits", "fc")).reason());

    ModelWeights.load(to, TensorSource.of("the map", tensors), Set.of("logits"));
    assertEquals(head, to.getLayer("logits").params());
    Map<String, INDArray> loaded = ModelWeights.export(to);
    tensors.keySet().removeIf(name -> name.startsWith("logits."));
    tensors.forEach((name, tensor) -> assertEquals(tensor, loaded.get(name), name));

    ModelWeights.load(to, TensorSource.of("no head at all", tensors), Set.of("logits"));
    assertEquals(head, to.getLayer("logits").params());
  }

  @Test
  void logarithmicDeviationsBecomeVariancesAndBack() {
    NeuralNetConfiguration.Builder builder = new NeuralNetConfiguration.Builder().seed(3);
    ComputationGraph graph = new ComputationGraph(builder.graphBuilder().addInputs("input")
        .setInputTypes(InputType.convolutional(4, 4, 2))
        .addLayer("norm", TinyGraphs.norm(CNN2DFormat.NCHW, true), "input")
        .addLayer("depthwise", new DepthwiseConvolution2D.Builder(2, 2).nOut(4).depthMultiplier(2).build(), "norm")
        .addLayer("pool", new GlobalPoolingLayer(), "depthwise")
        .addLayer("output", new OutputLayer.Builder().nOut(2).build(), "pool")
        .setOutputs("output").build());
    graph.init();
    assertEquals("norm.weight [2]\nnorm.bias [2]\nnorm.running_mean [2]\nnorm.running_var [2]\n"
        + "depthwise.W [2, 2, 2, 2]\ndepthwise.b [4]\noutput.weight [2, 4]\noutput.bias [2]", shapes(graph));
    INDArray parameter = graph.getLayer("norm").getParam("log10stdev");
    parameter.assign(Nd4j.createFromArray(-1f, 0.5f));
    Map<String, INDArray> tensors = ModelWeights.export(graph);
    assertArrayEquals(new float[] {0.01f, 10}, tensors.get("norm.running_var").toFloatVector(), 1e-5f);

    tensors.put("norm.running_var", Nd4j.createFromArray(4f, 1e-4f));
    ModelWeights.load(graph, TensorSource.of("the map", tensors));
    assertArrayEquals(new float[] {0.30103f, -2}, parameter.toFloatVector(), 1e-5f);

    tensors.put("norm.running_var", Nd4j.createFromArray(4f, 0f));
    assertEquals(Reason.VALUE, refused(graph, tensors, Set.of()).reason());
  }

  @Test
  void float64TensorsAreAcceptedWhereAFloatHoldsThem() {
    ComputationGraph from = graph(1);
    ComputationGraph to = graph(2);
    Map<String, INDArray> tensors = new LinkedHashMap<>();
    ModelWeights.export(from).forEach((name, tensor) -> tensors.put(name, tensor.castTo(DataType.DOUBLE)));
    ModelWeights.load(to, TensorSource.of("doubles", tensors));
    assertEquals(from.params(), to.params());
    tensors.put("logits.bias", Nd4j.createFromArray(1e300, 0, 0));
    assertEquals(Reason.VALUE, refused(to, tensors, Set.of()).reason());
  }

  @Test
  void aGraphWithoutParametersIsRefused() {
    ComputationGraph graph = new ComputationGraph(graph(1).getConfiguration());
    assertEquals(Reason.GRAPH_NOT_INITIALIZED,
        assertThrows(WeightsException.class, () -> ModelWeights.shapes(graph)).reason());
    assertEquals(List.of(), List.copyOf(TensorSource.of("none", Map.of()).shapes().keySet()));
  }
}
