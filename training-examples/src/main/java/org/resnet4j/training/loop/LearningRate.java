package org.resnet4j.training.loop;

/**
 * The learning rate of a phase as a pure function of how much of it is done: cosine annealing after Loshchilov and
 * Hutter, "SGDR" (https://arxiv.org/abs/1608.03983), the one-cycle policy after Smith and Topin, "Super-Convergence"
 * (https://arxiv.org/abs/1708.07120), or a constant.
 *
 * @param shape the curve
 * @param peak the highest rate, above zero
 * @param warmUp the share of the phase, in [0, 1), in which the rate climbs to its peak
 */
public record LearningRate(Shape shape, double peak, double warmUp) {
  /** The curve: its rise, and its fall. */
  public enum Shape {
    /** Rises linearly, then stays. */
    CONSTANT,
    /** Rises linearly, then falls to zero along half a cosine. */
    COSINE,
    /** Rises from a 25th of the peak along half a cosine, then falls to a 10,000th of that. */
    ONE_CYCLE
  }

  private static final double ONE_CYCLE_START = 1 / 25.0;
  private static final double ONE_CYCLE_END = ONE_CYCLE_START / 10_000;

  public LearningRate {
    if (!(peak > 0) || Double.isInfinite(peak)) {
      throw new IllegalArgumentException("A learning rate is above zero; found " + peak);
    }
    if (!(warmUp >= 0 && warmUp < 1)) {
      throw new IllegalArgumentException("The warm-up is a share of the phase in [0, 1); found " + warmUp);
    }
  }

  /**
   * The rate of the step that starts when {@code done} of the phase is behind it.
   *
   * @param done a share in [0, 1]
   */
  public double at(double done) {
    double t = Math.max(0, Math.min(1, done));
    boolean rising = t < warmUp;
    double share = rising ? t / warmUp : (t - warmUp) / (1 - warmUp);
    return peak * switch (shape) {
      // The first step of a linear rise would have a rate of zero and do nothing: it starts at a hundredth.
      case CONSTANT -> rising ? Math.max(share, 0.01) : 1;
      case COSINE -> rising ? Math.max(share, 0.01) : cosine(1, 0, share);
      case ONE_CYCLE -> rising ? cosine(ONE_CYCLE_START, 1, share) : cosine(1, ONE_CYCLE_END, share);
    };
  }

  private static double cosine(double from, double to, double share) {
    return to + (from - to) * (1 + Math.cos(Math.PI * share)) / 2;
  }
}
