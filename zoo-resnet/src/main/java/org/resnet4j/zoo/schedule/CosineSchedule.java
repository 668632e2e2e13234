package org.resnet4j.zoo.schedule;

import org.nd4j.linalg.schedule.ISchedule;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * A rate that falls along half a cosine (Loshchilov and Hutter, arXiv:1608.03983, without restarts), as PyTorch's
 * {@code CosineAnnealingLR}; after its steps it stays, where PyTorch's would rise again.
 *
 * @param peak the rate at iteration 0, above 0
 * @param last the rate from iteration {@code steps} on, in [0, peak]
 * @param steps how many iterations the fall takes, 1 or more
 */
public record CosineSchedule(@JsonProperty("peak") double peak, @JsonProperty("last") double last,
                             @JsonProperty("steps") int steps) implements ISchedule {
  private static final long serialVersionUID = 1;

  public CosineSchedule {
    Bounds.positive("peak", peak);
    Bounds.check(last >= 0 && last <= peak, "last", "0 to the peak of " + peak, last);
    Bounds.steps(steps);
  }

  @Override
  public double valueAt(int iteration, int epoch) {
    return between(peak, last, Math.min(1, iteration / (double) steps));
  }

  /** Along half a cosine: {@code from} at share 0, {@code to} at share 1. */
  static double between(double from, double to, double share) {
    return to + (from - to) * (1 + Math.cos(Math.PI * share)) / 2;
  }

  @Override
  public CosineSchedule clone() {
    return this;
  }
}
