package org.resnet4j.training.finder;

/**
 * How a learning rate is looked for.
 *
 * @param from the first step's rate, above zero
 * @param to the last step's rate, above {@code from}
 * @param steps how many, 10 or more; each multiplies the rate by the same factor
 * @param smoothing the share of the old in the loss's moving average, in [0, 1)
 * @param seed of ND4J's generator (dropout); shuffling and augmentation have seeds of their own
 */
public record FinderOptions(double from, double to, int steps, double smoothing, long seed) {
  private static final int LEAST_STEPS = 10;

  /** From 1e-6 to 10 in 100 steps. */
  public static final FinderOptions DEFAULT = new FinderOptions(1e-6, 10, 100, 0.9, 1);

  public FinderOptions {
    if (!(from > 0 && to > from) || Double.isInfinite(to)) {
      throw new IllegalArgumentException(
          "The rates go from above zero to a higher one; found from " + from + " to " + to + ".");
    }
    if (steps < LEAST_STEPS) {
      throw new IllegalArgumentException("A curve needs at least " + LEAST_STEPS + " steps; found " + steps + ".");
    }
    if (!(smoothing >= 0 && smoothing < 1)) {
      throw new IllegalArgumentException("Smoothing lies in [0, 1); found " + smoothing + ".");
    }
  }

  public FinderOptions withRates(double from, double to) {
    return new FinderOptions(from, to, steps, smoothing, seed);
  }

  public FinderOptions withSteps(int steps) {
    return new FinderOptions(from, to, steps, smoothing, seed);
  }

  public FinderOptions withSmoothing(double smoothing) {
    return new FinderOptions(from, to, steps, smoothing, seed);
  }

  public FinderOptions withSeed(long seed) {
    return new FinderOptions(from, to, steps, smoothing, seed);
  }

  /** The rate of a step, counted from 0. */
  double rate(int step) {
    return from * Math.pow(to / from, step / (steps - 1.0));
  }
}
