package org.resnet4j.modelimport.graph;

import java.util.List;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.activations.impl.ActivationSigmoid;
import org.nd4j.linalg.activations.impl.ActivationSoftmax;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.nd4j.linalg.lossfunctions.impl.LossBinaryXENT;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;
import org.nd4j.linalg.lossfunctions.impl.LossMSE;
import org.resnet4j.modelimport.model.Compilation.Loss;
import org.resnet4j.modelimport.model.Compilation.LossFunction;
import org.resnet4j.zoo.layer.KerasLoss;

/** Keras' losses as DL4J's where those are the same, else as ours. */
final class Losses {
  private Losses() {}

  /** The loss that an activation is made for. */
  static ILossFunction natural(IActivation activation, int outputs) {
    if (activation instanceof ActivationSoftmax) {
      return new LossMCXENT();
    }
    if (activation instanceof ActivationSigmoid) {
      return binary(outputs);
    }
    return new LossMSE();
  }

  static ILossFunction of(Loss loss, IActivation activation, int outputs, List<String> notes) {
    if (loss.function() == LossFunction.SPARSE_CATEGORICAL_CROSSENTROPY) {
      notes.add("The loss takes one-hot labels, where Keras' sparse categorical cross-entropy takes class numbers.");
    }
    if (loss.fromLogits() && !(activation instanceof ActivationIdentity)) {
      notes.add("The loss was told that the output comes before softmax or sigmoid, yet the output has an activation:"
          + " here the loss takes what comes before the activation.");
    }
    boolean plain = !loss.fromLogits() && loss.labelSmoothing() == 0;
    return switch (loss.function()) {
      case CATEGORICAL_CROSSENTROPY, SPARSE_CATEGORICAL_CROSSENTROPY ->
          plain && activation instanceof ActivationSoftmax ? new LossMCXENT()
              : new KerasLoss(KerasLoss.Function.CATEGORICAL_CROSSENTROPY, loss.fromLogits(), loss.labelSmoothing());
      case BINARY_CROSSENTROPY -> plain && activation instanceof ActivationSigmoid ? binary(outputs)
          : new KerasLoss(KerasLoss.Function.BINARY_CROSSENTROPY, loss.fromLogits(), loss.labelSmoothing());
      case MEAN_SQUARED_ERROR -> new LossMSE();
      default -> new KerasLoss(KerasLoss.Function.valueOf(loss.function().name()), false, 0);
    };
  }

  /** DL4J sums over the outputs, Keras takes the mean. */
  private static ILossFunction binary(int outputs) {
    return outputs == 1 ? new LossBinaryXENT()
        : new KerasLoss(KerasLoss.Function.BINARY_CROSSENTROPY, false, 0);
  }
}
