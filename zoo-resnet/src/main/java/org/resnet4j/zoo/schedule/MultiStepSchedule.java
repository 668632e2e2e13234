package org.resnet4j.zoo.schedule;

import java.util.Arrays;
import java.util.List;
import org.nd4j.linalg.schedule.ISchedule;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * A rate that is multiplied by a factor at some iterations, as PyTorch's {@code MultiStepLR}: He et al. 2015 (section
 * 4.2) have {@code new MultiStepSchedule(0.1, 0.1, 32_000, 48_000)}.
 *
 * @param rate of the iterations before the first of {@code at}, above 0
 * @param factor above 0; above 1 it raises the rate
 * @param at the iterations, in order, from which on the rate has been multiplied once more; one may come twice
 */
public record MultiStepSchedule(@JsonProperty("rate") double rate, @JsonProperty("factor") double factor,
                                @JsonProperty("at") List<Integer> at) implements ISchedule {
  private static final long serialVersionUID = 1;

  public MultiStepSchedule {
    at = List.copyOf(at);
    Bounds.positive("rate", rate);
    Bounds.positive("factor", factor);
    for (int i = 0; i < at.size(); i++) {
      Bounds.check(at.get(i) >= (i == 0 ? 0 : at.get(i - 1)), "at", "iterations from 0, none below the one before", at);
    }
  }

  public MultiStepSchedule(double rate, double factor, int... at) {
    this(rate, factor, Arrays.stream(at).boxed().toList());
  }

  @Override
  public double valueAt(int iteration, int epoch) {
    return rate * Math.pow(factor, at.stream().filter(drop -> drop <= iteration).count());
  }

  @Override
  public MultiStepSchedule clone() {
    return this;
  }
}
