package org.resnet4j.training.aid;

import java.util.List;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.optimize.api.BaseTrainingListener;

/**
 * Scales the gradient down where its Euclidean norm over all of the net's trained parameters is above a limit, as
 * {@code torch.nn.utils.clip_grad_norm_} (PyTorch 2.15) does. Deeplearning4j's own clipping goes by layer or parameter.
 *
 * <p>The gradient is the batch's mean, before weight decay is added and the updater sees it. A gradient that isn't
 * finite makes the update not finite, as in PyTorch.
 */
public final class GradientClipping extends BaseTrainingListener {
  /** PyTorch's, so that a norm of zero divides nothing. */
  private static final double EPSILON = 1e-6;

  private final double limit;
  private double lastNorm = Double.NaN;

  /**
   * @param limit the largest norm
   * @throws IllegalArgumentException if that isn't positive
   */
  public GradientClipping(double limit) {
    if (!(limit > 0)) {
      throw new IllegalArgumentException("Gradient clipping: expected a limit above 0, found " + limit + ".");
    }
    this.limit = limit;
  }

  public double limit() {
    return limit;
  }

  /** The norm that the last step's gradient had before it was clipped; NaN before the first step. */
  public double lastNorm() {
    return lastNorm;
  }

  @Override
  public void onGradientCalculation(Model model) {
    ComputationGraph graph = ParameterSlice.graph(model);
    List<ParameterSlice> trained = ParameterSlice.of(graph).stream().filter(ParameterSlice::isTrained).toList();
    double squares = 0;
    for (ParameterSlice slice : trained) {
      double norm = slice.gradient().norm2Number().doubleValue();
      squares += norm * norm;
    }
    lastNorm = Math.sqrt(squares) / ParameterSlice.divisor(graph);
    double factor = limit / (lastNorm + EPSILON);
    // Written so that NaN goes on to the gradient.
    if (!(factor >= 1)) {
      trained.forEach(slice -> slice.gradient().muli(factor));
    }
  }
}
