package org.resnet4j.training.recipe;

/**
 * A moving average of the weights, which is what is measured and kept (Polyak and Juditsky 1992).
 *
 * @param decay the average's share of its old value, in (0, 1)
 * @param everySteps how many steps of the optimiser lie between two updates
 */
public record Ema(double decay, @Default("1") int everySteps) {
  public Ema {
    Check.that(decay > 0 && decay < 1, "decay", "a share above 0 and below 1", Check.plain(decay));
    Check.between("everySteps", everySteps, 1, 1_000_000);
  }
}
