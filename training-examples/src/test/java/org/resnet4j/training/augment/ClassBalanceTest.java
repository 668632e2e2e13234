package org.resnet4j.training.augment;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.impl.ActivationSoftmax;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;
import org.resnet4j.engine.OneDnn;
import org.resnet4j.training.data.Mixing.Features;
import org.resnet4j.zoo.ResNets;

class ClassBalanceTest {
  private static final JsonNode RECORDED = Recorded.read("losses");
  private static final double[] WEIGHT = Recorded.doubles(RECORDED.get("weight"));

  private static INDArray matrix(JsonNode rows) {
    double[][] values = new double[rows.size()][];
    Arrays.setAll(values, row -> Recorded.doubles(rows.get(row)));
    return Nd4j.createFromArray(values);
  }

  private static INDArray oneHot() {
    INDArray labels = Nd4j.zeros(DataType.DOUBLE, 6, 4);
    for (int i = 0; i < 6; i++) {
      labels.putScalar(i, RECORDED.get("hard").get(i).asInt(), 1);
    }
    return labels;
  }

  private static INDArray smoothed(INDArray labels) {
    float[] values = labels.dup('c').data().asFloat();
    new LabelSmoothing(0.1).mix(new Features(new float[6], 6, 1, 1, 1, false), values, null);
    return Nd4j.create(values, new long[] {6, 4}, 'c').castTo(labels.dataType());
  }

  /** @param factor what torch's loss must be multiplied with */
  private static void assertLoss(String name, double factor, LossMCXENT loss, INDArray labels) {
    INDArray logits = matrix(RECORDED.get("logits"));
    assertEquals(RECORDED.get(name).get("loss").asDouble() * factor,
        loss.computeScore(labels, logits.dup(), new ActivationSoftmax(), null, true), 1e-6, name);
    INDArray gradient = loss.computeGradient(labels, logits.dup(), new ActivationSoftmax(), null).div(6);
    assertTrue(matrix(RECORDED.get(name).get("gradient")).mul(factor).equalsWithEps(gradient, 1e-6),
        name + ": " + gradient);
  }

  @Test
  void smoothedLabelsGiveTorchsLossAndGradient() {
    assertLoss("smoothed", 1, new LossMCXENT(), smoothed(oneHot()));
    assertLoss("smoothedSoft", 1, new LossMCXENT(), smoothed(matrix(RECORDED.get("soft"))));
  }

  @Test
  void weightsGiveTorchsLossAndGradientOfSoftLabels() {
    assertLoss("weightedSoft", 1, weighted(), matrix(RECORDED.get("soft")));
  }

  @Test
  void weightsGiveTorchsLossOfClassIndicesTimesTheBatchsMeanWeight() {
    double mean = (3 * WEIGHT[0] + WEIGHT[1] + WEIGHT[2] + WEIGHT[3]) / 6;
    assertLoss("weightedHard", mean, weighted(), oneHot());
    assertLoss("weightedSmoothed", mean, weighted(), smoothed(oneHot()));
  }

  private static LossMCXENT weighted() {
    ComputationGraph graph = graph(new OutputLayer.Builder(LossFunction.MCXENT).activation(Activation.SOFTMAX)
        .nIn(2).nOut(4).build());
    ClassBalance.weigh(graph, WEIGHT);
    return (LossMCXENT) ((OutputLayer) graph.getOutputLayer(0).conf().getLayer()).getLossFn();
  }

  @Test
  void weightsAreInverseFrequenciesOfMeanOneOverTheImages() {
    int[] labels = {0, 0, 0, 0, 1, 2, 2, 0};
    double[] weights = ClassBalance.weights(labels, 3);
    assertArrayEquals(new double[] {8 / 15.0, 8 / 3.0, 8 / 6.0}, weights, 1e-12);
    assertEquals(1, Arrays.stream(labels).mapToDouble(label -> weights[label]).average().orElseThrow(), 1e-12);
    Exception refused = assertThrows(IllegalArgumentException.class, () -> ClassBalance.weights(labels, 4));
    assertEquals("class 3 has no images, so it can't be balanced: add some or leave the class out", refused.getMessage());
    assertThrows(IllegalArgumentException.class, () -> ClassBalance.weights(labels, 2));
  }

  @Test
  void aGraphsLossIsWeightedAndStaysSoInItsConfiguration() {
    INDArray images = Nd4j.rand(DataType.FLOAT, 6, 2);
    INDArray labels = oneHot().castTo(DataType.FLOAT);
    LossLayer loss = new LossLayer.Builder(LossFunction.MCXENT).activation(Activation.SOFTMAX).build();
    loss.setNIn(2);
    loss.setNOut(2);
    INDArray two = labels.get(NDArrayIndex.all(),
        NDArrayIndex.interval(0, 2)).dup();
    for (boolean lossLayer : new boolean[] {false, true}) {
      ComputationGraph graph = graph(lossLayer ? loss : new OutputLayer.Builder(LossFunction.MCXENT)
          .activation(Activation.SOFTMAX).nIn(2).nOut(4).build());
      DataSet batch = new DataSet(images, lossLayer ? two : labels);
      double plain = graph.score(batch);
      double[] weights = new double[lossLayer ? 2 : 4];
      Arrays.fill(weights, 2.5);
      ClassBalance.weigh(graph, weights);
      assertEquals(2.5 * plain, graph.score(batch), 1e-5);
      ComputationGraph again = new ComputationGraph(ComputationGraphConfiguration.fromJson(
          graph.getConfiguration().toJson()));
      again.init(graph.params(), true);
      assertEquals(2.5 * plain, again.score(batch), 1e-5);
    }
  }

  @Test
  void theEngineTrainsWithTheWeightsToo() {
    assumeTrue(OneDnn.unavailable().isEmpty(), "the engine runs here");
    DataSet batch = new DataSet(Nd4j.rand(DataType.FLOAT, 4, 3, 8, 8), Nd4j.createFromArray(new float[][] {
        {1, 0}, {0.3f, 0.7f}, {0, 1}, {1, 0}}));
    INDArray[] parameters = new INDArray[3];
    for (int i = 0; i < 3; i++) {
      ComputationGraph graph = ResNets.named("cifar_resnet20").numClasses(2).seed(1).inputShape(3, 8, 8).build().init();
      if (i > 0) {
        ClassBalance.weigh(graph, new double[] {0.25, 4});
      }
      ComputationGraph trained = i == 1 ? graph : OneDnn.wrap(graph);
      trained.fit(batch);
      parameters[i] = trained.getLayer("logits").params().dup();
    }
    assertTrue(parameters[1].equalsWithEps(parameters[2], 1e-4), "the engine's differ");
    assertFalse(parameters[1].equalsWithEps(parameters[0], 1e-3), "the weights make no difference");
  }

  @Test
  void whatCannotBeWeightedIsRefused() {
    ComputationGraph other = graph(new OutputLayer.Builder(LossFunction.MSE).activation(Activation.SOFTMAX).nIn(2)
        .nOut(4).build());
    Exception refused = assertThrows(IllegalArgumentException.class, () -> ClassBalance.weigh(other, WEIGHT));
    assertEquals("output output: class weights need a softmax with LossMCXENT, found softmax with LossMSE()",
        refused.getMessage());
    ComputationGraph graph = graph(new OutputLayer.Builder(LossFunction.MCXENT).activation(Activation.SOFTMAX).nIn(2)
        .nOut(3).build());
    refused = assertThrows(IllegalArgumentException.class, () -> ClassBalance.weigh(graph, WEIGHT));
    assertEquals("output output: found 4 class weights for 3 classes", refused.getMessage());
    assertThrows(IllegalArgumentException.class, () -> ClassBalance.weigh(graph, new double[] {1, 0, 1}));
  }

  private static ComputationGraph graph(Layer output) {
    ComputationGraph graph = new ComputationGraph(new NeuralNetConfiguration.Builder().seed(1).graphBuilder()
        .addInputs("input").addLayer("output", output, "input").setOutputs("output").build());
    graph.init();
    return graph;
  }
}
