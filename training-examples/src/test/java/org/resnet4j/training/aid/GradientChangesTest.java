package org.resnet4j.training.aid;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.learning.config.Sgd;
import org.resnet4j.training.aid.UnregularizedDecay.Form;
import org.resnet4j.zoo.ResNetTransfer;

class GradientChangesTest {
  /** With a rate of 1 a step is the gradient itself, whose norm is then the limit. */
  @ParameterizedTest
  @EnumSource
  void aStepIsNoLongerThanTheLimit(Engine engine) {
    for (boolean mean : new boolean[] {true, false}) {
      ComputationGraph graph = engine.of(
          DenseNets.net(new NeuralNetConfiguration.Builder().updater(new Sgd(1)).miniBatch(mean), 8));
      GradientClipping clipping = new GradientClipping(0.05);
      graph.addListeners(clipping);
      INDArray before = graph.params().dup();
      graph.fit(DenseNets.batch(6, 1));
      assertEquals(0.05, graph.params().distance2(before), 1e-5);
      assertTrue(clipping.lastNorm() > 0.1);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aGradientThatIsNotFiniteStaysSo(Engine engine) {
    ComputationGraph graph = engine.of(DenseNets.net(new Sgd(1), 8));
    GradientClipping clipping = new GradientClipping(0.05);
    graph.addListeners(clipping);
    DataSet broken = DenseNets.batch(6, 1);
    broken.getFeatures().putScalar(0, Float.NaN);
    graph.fit(broken);
    assertTrue(Double.isNaN(clipping.lastNorm()));
    assertTrue(Double.isNaN(graph.params().sumNumber().doubleValue()));
  }

  @ParameterizedTest
  @EnumSource(Form.class)
  void whatIsFrozenOrRegularizedStaysAsItIs(Form form) {
    ComputationGraph plain = frozen();
    ComputationGraph decayed = frozen();
    decayed.addListeners(new UnregularizedDecay(0.5, form));
    plain.fit(DenseNets.batch(6, 1));
    decayed.fit(DenseNets.batch(6, 1));
    assertEquals(plain.getLayer("hidden").params(), decayed.getLayer("hidden").params());
    assertEquals(plain.getLayer("middle").getParam("W"), decayed.getLayer("middle").getParam("W"));
    INDArray biases = plain.getLayer("middle").getParam("b");
    assertTrue(DenseNets.distance(biases, decayed.getLayer("middle").getParam("b")) > 1e-3);
  }

  /** With biases that aren't zero, weights that have L2 and a first layer that is frozen. */
  private static ComputationGraph frozen() {
    return ResNetTransfer.freezeThrough(
        DenseNets.net(new NeuralNetConfiguration.Builder().updater(new Sgd(0.1)).l2(1e-3).biasInit(1), 8), "hidden");
  }

  @Test
  void saysWhatIsWrong() {
    assertEquals("Gradient clipping: expected a limit above 0, found 0.0.",
        assertThrows(IllegalArgumentException.class, () -> new GradientClipping(0)).getMessage());
    assertThrows(IllegalArgumentException.class, () -> new UnregularizedDecay(Double.NaN, Form.GRADIENT));
    MultiLayerNetwork other = new MultiLayerNetwork(new NeuralNetConfiguration.Builder().list()
        .layer(new OutputLayer.Builder().nIn(2).nOut(2).build()).build());
    GradientClipping clipping = new GradientClipping(1);
    assertTrue(assertThrows(IllegalArgumentException.class, () -> clipping.onGradientCalculation(other)).getMessage()
        .startsWith("Listener's net: expected a ComputationGraph, found a org.deeplearning4j"));
  }
}
