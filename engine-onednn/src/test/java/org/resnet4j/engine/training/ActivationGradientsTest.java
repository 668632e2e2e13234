package org.resnet4j.engine.training;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationELU;
import org.nd4j.linalg.activations.impl.ActivationRReLU;
import org.resnet4j.engine.ActivationFunctions;
import org.resnet4j.engine.OneDnn;
import org.resnet4j.engine.WithoutHelpers;
import org.resnet4j.zoo.layer.Concatenation;
import org.resnet4j.zoo.layer.PureActivation;

/** The gradients of every activation, over small and large numbers. */
@ExtendWith(WithoutHelpers.class)
class ActivationGradientsTest {
  /** DL4J takes alpha for 1 in the gradient of ELU, and draws the slopes of RReLU. */
  private static final List<IActivation> NO_GRADIENTS = List.of(new ActivationELU(0.3), new ActivationRReLU());

  static List<IActivation> activations() {
    return ActivationFunctions.all().stream().filter(activation -> !NO_GRADIENTS.contains(activation)).toList();
  }

  static List<IActivation> withoutGradients() {
    return NO_GRADIENTS;
  }

  @ParameterizedTest
  @MethodSource("activations")
  void gradientsAreDl4js(IActivation activation) {
    Sketch vectors = new Sketch(CNN2DFormat.NCHW).dense(9).then(new ActivationLayer(activation));
    TrainingStep.compare(activation + " on vectors", vectors.classes(), vectors.batch(5));
    TrainingStep.compareBothLayouts(activation + " on images", net -> net
        .convolution(5).then("layer", new ActivationLayer(activation))
        .from("image").convolution(5).then("pure", new PureActivation(activation))
        .join(new Concatenation(net.format == CNN2DFormat.NCHW ? 1 : 3), "layer", "pure"));
  }

  @ParameterizedTest
  @MethodSource("withoutGradients")
  void gradientsThatArentThoseOfActivationsAreLeftToDl4j(IActivation activation) {
    ComputationGraph graph = new Sketch(CNN2DFormat.NCHW).dense(9).then(new ActivationLayer(activation)).classes();
    assertEquals(-1, OneDnn.wrap(graph, TrainingStep.FLOATS).trainingMemory(new long[] {2, 6, 8, 7}));
  }
}
