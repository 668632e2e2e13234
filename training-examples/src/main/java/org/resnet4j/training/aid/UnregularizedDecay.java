package org.resnet4j.training.aid;

import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.optimize.api.BaseTrainingListener;
import org.nd4j.linalg.api.ops.impl.transforms.pairwise.arithmetic.Axpy;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Weight decay of what the net's configuration leaves without: biases, scales and offsets of norms. Beside a
 * configuration that decays the weights it makes every parameter decay, as {@code torch.optim.SGD} and {@code AdamW} do
 * with {@code weight_decay} over {@code model.parameters()}; Deeplearning4j's {@code BatchNormalization} takes no
 * regularisation. Running means and variances, and what is frozen, stay as they are.
 *
 * <p>Add it behind {@link GradientClipping}. The net's score has nothing of this decay in it, as a loss in PyTorch.
 */
public final class UnregularizedDecay extends BaseTrainingListener {
  /** Where the decay goes. */
  public enum Form {
    /** Into the gradient, as {@code torch.optim.SGD}: beside ND4J's {@code L2Regularization}. */
    GRADIENT,
    /**
     * Past the updater, {@code p *= 1 - learningRate * decay} before its step, as {@code torch.optim.AdamW}: beside
     * ND4J's {@code WeightDecay} with {@code applyLR}.
     */
    DECOUPLED
  }

  private final double decay;
  private final Form form;

  /**
   * @param decay a step's share, {@code weight_decay} in PyTorch
   * @throws IllegalArgumentException if that is negative or not finite
   */
  public UnregularizedDecay(double decay, Form form) {
    if (!(decay >= 0 && Double.isFinite(decay))) {
      throw new IllegalArgumentException("Weight decay: expected 0 or more, found " + decay + ".");
    }
    this.decay = decay;
    this.form = form;
  }

  public double decay() {
    return decay;
  }

  public Form form() {
    return form;
  }

  @Override
  public void onGradientCalculation(Model model) {
    ComputationGraph graph = ParameterSlice.graph(model);
    double share = decay * ParameterSlice.divisor(graph);
    for (ParameterSlice slice : ParameterSlice.of(graph)) {
      if (slice.isTrained() && !slice.isRegularized()) {
        if (form == Form.GRADIENT) {
          Nd4j.exec(new Axpy(slice.values(), slice.gradient(), slice.gradient(), share));
        } else {
          double rate = slice.updater().getLearningRate(graph.getIterationCount(), graph.getEpochCount());
          slice.values().muli(1 - rate * decay);
        }
      }
    }
  }
}
