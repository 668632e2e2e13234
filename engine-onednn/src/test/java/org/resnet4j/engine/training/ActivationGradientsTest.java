package org.resnet4j.engine.training;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationELU;
import org.nd4j.linalg.activations.impl.ActivationGELU;
import org.nd4j.linalg.activations.impl.ActivationLReLU;
import org.nd4j.linalg.activations.impl.ActivationRReLU;
import org.nd4j.linalg.activations.impl.ActivationReLU;
import org.nd4j.linalg.activations.impl.ActivationThresholdedReLU;
import org.nd4j.linalg.factory.Nd4j;
import org.resnet4j.engine.OneDnn;
import org.resnet4j.zoo.layer.AxisSoftmax;
import org.resnet4j.zoo.layer.Concatenation;
import org.resnet4j.zoo.layer.ElementActivation;
import org.resnet4j.zoo.layer.ElementActivation.Function;
import org.resnet4j.zoo.layer.PureActivation;

/** The gradients of every activation, over small and large numbers. */
class ActivationGradientsTest {
  @BeforeAll
  static void withoutHelpers() {
    Nd4j.getEnvironment().allowHelpers(false);
  }

  @AfterAll
  static void withHelpers() {
    Nd4j.getEnvironment().allowHelpers(true);
  }

  static List<IActivation> activations() {
    List<IActivation> all = new ArrayList<>();
    for (Activation activation : Activation.values()) {
      if (activation != Activation.RRELU) {
        all.add(activation.getActivationFunction());
      }
    }
    all.addAll(List.of(new ActivationReLU(3.0, 0.0, 0.0), new ActivationReLU(null, 0.0, 0.2),
        new ActivationReLU(null, 0.3, 0.0), new ActivationReLU(2.0, 0.5, 0.1), new ActivationLReLU(-0.5),
        new ActivationGELU(true), new ActivationThresholdedReLU(0.4),
        new AxisSoftmax(1, false), new AxisSoftmax(1, true), new AxisSoftmax(-1, true)));
    for (Function function : Function.values()) {
      all.add(switch (function) {
        case RELU -> new ElementActivation(function, 1.5, 0.25, 0.5);
        case ELU -> new ElementActivation(function, 0.8, 0, 0);
        case HARD_SIGMOID -> new ElementActivation(function, 0.3, 0.4, 0);
        default -> new ElementActivation(function);
      });
    }
    all.add(new ElementActivation(Function.RELU, Double.MAX_VALUE, 0.1, 0));
    all.add(new ElementActivation(Function.RELU, 4, 0, 0));
    return all;
  }

  @ParameterizedTest
  @MethodSource("activations")
  void gradientsAreDl4js(IActivation activation) {
    Sketch vectors = new Sketch(CNN2DFormat.NCHW).dense(9).then(new ActivationLayer(activation));
    Step.compare(activation + " on vectors", vectors.classes(), vectors.batch(5));
    Step.compareBothLayouts(activation + " on images", net -> net
        .convolution(5).then("layer", new ActivationLayer(activation))
        .from("image").convolution(5).then("pure", new PureActivation(activation))
        .join(new Concatenation(net.format == CNN2DFormat.NCHW ? 1 : 3), "layer", "pure"));
  }

  /** DL4J takes alpha for 1 in the gradient. */
  @Test
  void gradientsThatArentThoseOfActivationsAreLeftToDl4j() {
    assertLeftToDl4j(new ActivationELU(0.3));
    assertLeftToDl4j(new ActivationRReLU());
  }

  private static void assertLeftToDl4j(IActivation activation) {
    ComputationGraph graph = new Sketch(CNN2DFormat.NCHW).dense(9).then(new ActivationLayer(activation)).classes();
    assertEquals(-1, OneDnn.wrap(graph, Step.FLOATS).trainingMemory(new long[] {2, 6, 8, 7}), activation.toString());
  }
}
