package org.resnet4j.modelimport.graph;

import java.util.Optional;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.activations.impl.ActivationReLU;
import org.nd4j.linalg.activations.impl.ActivationSigmoid;
import org.nd4j.linalg.activations.impl.ActivationSoftmax;
import org.nd4j.linalg.activations.impl.ActivationTanH;
import org.resnet4j.modelimport.model.Activation;
import org.resnet4j.modelimport.model.Activation.Elu;
import org.resnet4j.modelimport.model.Activation.Plain;
import org.resnet4j.modelimport.model.Activation.Relu;
import org.resnet4j.modelimport.model.Activation.Softmax;
import org.resnet4j.zoo.layer.AxisSoftmax;
import org.resnet4j.zoo.layer.ElementActivation;
import org.resnet4j.zoo.layer.ElementActivation.Function;

/** Keras' activations as DL4J's where those compute the same, else as ours. */
final class Activations {
  private Activations() {}

  /** The activation if it can be part of any layer: element by element, so whatever the layout. */
  static Optional<IActivation> elementwise(Activation activation) {
    return activation instanceof Softmax ? Optional.empty() : Optional.of(of(activation, 1));
  }

  /** @param rank of the array, the batch not counted */
  static IActivation of(Activation activation, int rank) {
    if (activation instanceof Softmax softmax) {
      return rank == 1 && !softmax.logarithm() ? new ActivationSoftmax()
          : new AxisSoftmax(softmax.axis(), softmax.logarithm());
    }
    if (activation instanceof Elu elu) {
      return new ElementActivation(Function.ELU, elu.alpha(), 0, 0);
    }
    if (activation instanceof Relu relu) {
      return relu.equals(Relu.PLAIN) ? new ActivationReLU() : new ElementActivation(Function.RELU,
          // JSON has no infinity.
          Math.min(relu.maxValue(), Double.MAX_VALUE), relu.negativeSlope(), relu.threshold());
    }
    return switch ((Plain) activation) {
      case LINEAR -> new ActivationIdentity();
      case SIGMOID -> new ActivationSigmoid();
      case TANH -> new ActivationTanH();
      case HARD_SIGMOID_2 -> new ElementActivation(Function.HARD_SIGMOID, 0.2, 0.5, 0);
      case HARD_SIGMOID_3 -> new ElementActivation(Function.HARD_SIGMOID, 1. / 6, 0.5, 0);
      case SELU -> new ElementActivation(Function.SELU);
      case SOFTPLUS -> new ElementActivation(Function.SOFTPLUS);
      case SOFTSIGN -> new ElementActivation(Function.SOFTSIGN);
      case EXPONENTIAL -> new ElementActivation(Function.EXPONENTIAL);
      case MISH -> new ElementActivation(Function.MISH);
      case SWISH -> new ElementActivation(Function.SWISH);
      case HARD_SWISH -> new ElementActivation(Function.HARD_SWISH);
      case GELU -> new ElementActivation(Function.GELU);
      case GELU_TANH -> new ElementActivation(Function.GELU_TANH);
      case LOG_SIGMOID -> new ElementActivation(Function.LOG_SIGMOID);
      case TANH_SHRINK -> new ElementActivation(Function.TANH_SHRINK);
    };
  }
}
