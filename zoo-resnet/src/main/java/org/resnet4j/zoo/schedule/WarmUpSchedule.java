package org.resnet4j.zoo.schedule;

import java.util.Objects;
import org.nd4j.linalg.schedule.ISchedule;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * A linear rise to another schedule's first rate, after which that schedule begins, as PyTorch's
 * {@code SequentialLR([LinearLR(start_factor, total_iters=steps), then], milestones=[steps])}.
 *
 * @param then the schedule after the rise; its iteration 0 is this one's {@code steps}
 * @param steps how many iterations the rise takes, 0 (none) or more
 * @param startFactor the first rate's share of {@code then}'s, in (0, 1]: a step with a rate of zero would do nothing
 */
public record WarmUpSchedule(@JsonProperty("then") ISchedule then, @JsonProperty("steps") int steps,
                             @JsonProperty("startFactor") double startFactor) implements ISchedule {
  private static final long serialVersionUID = 1;

  public WarmUpSchedule {
    Objects.requireNonNull(then, "then");
    Bounds.check(steps >= 0, "steps", "0 or more", steps);
    Bounds.check(startFactor > 0 && startFactor <= 1, "startFactor", "a share in (0, 1]", startFactor);
  }

  @Override
  public double valueAt(int iteration, int epoch) {
    if (iteration >= steps) {
      return then.valueAt(iteration - steps, epoch);
    }
    return then.valueAt(0, epoch) * (startFactor + (1 - startFactor) * iteration / steps);
  }

  /** Another one where {@code then} isn't immutable. */
  @Override
  public WarmUpSchedule clone() {
    return new WarmUpSchedule(then.clone(), steps, startFactor);
  }
}
