package org.resnet4j.modelimport.model;

import java.util.Map;
import java.util.Optional;

/**
 * What {@code compile} was told, as far as it is known here; what isn't is in the model's notes. Keras 3.15 writes no
 * optimizer into a {@code .keras} file.
 */
public record Compilation(Optional<Loss> loss, Optional<Optimizer> optimizer) {

  /** Keras's losses. */
  public enum LossFunction {
    CATEGORICAL_CROSSENTROPY, SPARSE_CATEGORICAL_CROSSENTROPY, BINARY_CROSSENTROPY, MEAN_SQUARED_ERROR,
    MEAN_ABSOLUTE_ERROR, MEAN_ABSOLUTE_PERCENTAGE_ERROR, MEAN_SQUARED_LOGARITHMIC_ERROR, KL_DIVERGENCE, POISSON, HINGE,
    SQUARED_HINGE, COSINE_SIMILARITY
  }

  /** @param fromLogits whether the model's output is taken before softmax or sigmoid */
  public record Loss(LossFunction function, boolean fromLogits, double labelSmoothing) {}

  /** Keras's optimisers. */
  public enum OptimizerKind { SGD, ADAM, ADAMW, ADAMAX, NADAM, RMSPROP, ADAGRAD, ADADELTA }

  /**
   * @param settings Keras's numbers by Keras 3's names ({@code momentum}, {@code beta_1}, {@code epsilon},
   *     {@code weight_decay}, {@code rho}); {@code nesterov} and {@code amsgrad} are 0 or 1
   */
  public record Optimizer(OptimizerKind kind, LearningRate learningRate, Map<String, Double> settings) {
    public Optimizer {
      settings = Map.copyOf(settings);
    }
  }

  /** The rate by the number of steps made. */
  public sealed interface LearningRate {
    double initial();

    record Constant(double initial) implements LearningRate {}

    /** initial * rate ^ (step / steps), the exponent rounded down if {@code staircase}. */
    record Exponential(double initial, double steps, double rate, boolean staircase) implements LearningRate {}

    /** values[i] until step boundaries[i] inclusive, then the next. */
    record Piecewise(java.util.List<Double> boundaries, java.util.List<Double> values) implements LearningRate {
      @Override
      public double initial() {
        return values.get(0);
      }
    }
  }
}
