package org.resnet4j.zoo.schedule;

import org.nd4j.linalg.schedule.ISchedule;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * A rate that rises to its peak along half a cosine and falls along another, after Smith and Topin (arXiv:1708.07120),
 * as PyTorch's {@code OneCycleLR} has it by default; momentum stays what it is, as with {@code cycle_momentum=False}.
 *
 * <p>The rise ends at step {@code warmUpShare * steps - 1}, a fraction, the fall at {@code steps - 1}, the last
 * iteration; later ones have the last one's rate.
 *
 * @param peak the highest rate, above 0
 * @param steps how many iterations, 1 or more
 * @param warmUpShare the share of them in which the rate rises, in [0, 1)
 * @param startDivisor the peak over the first rate, 1 or more; PyTorch's default is 25
 * @param endDivisor the first rate over the last, 1 or more; PyTorch's default is 10,000
 */
public record OneCycleSchedule(@JsonProperty("peak") double peak, @JsonProperty("steps") int steps,
                               @JsonProperty("warmUpShare") double warmUpShare,
                               @JsonProperty("startDivisor") double startDivisor,
                               @JsonProperty("endDivisor") double endDivisor) implements ISchedule {
  private static final long serialVersionUID = 1;

  public OneCycleSchedule {
    Bounds.positive("peak", peak);
    Bounds.steps(steps);
    Bounds.check(warmUpShare >= 0 && warmUpShare < 1, "warmUpShare", "a share in [0, 1)", warmUpShare);
    divisor("startDivisor", startDivisor);
    divisor("endDivisor", endDivisor);
  }

  private static void divisor(String name, double value) {
    Bounds.check(value >= 1 && value < Double.POSITIVE_INFINITY, name, "a finite number of 1 or more", value);
  }

  @Override
  public double valueAt(int iteration, int epoch) {
    double first = peak / startDivisor;
    double riseEnds = warmUpShare * steps - 1;
    double fallEnds = steps - 1;
    if (iteration < riseEnds) {
      return CosineSchedule.between(first, peak, iteration / riseEnds);
    }
    double share = Math.min(1, (iteration - riseEnds) / (fallEnds - riseEnds));
    return CosineSchedule.between(peak, first / endDivisor, share);
  }

  @Override
  public OneCycleSchedule clone() {
    return this;
  }
}
