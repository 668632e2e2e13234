package org.resnet4j.benchmarks.scaling;

import org.apache.commons.math3.distribution.NormalDistribution;

/**
 * A log-normal time.
 *
 * @param mean in seconds
 * @param sigma the standard deviation of the logarithm
 */
record Spread(double mean, double sigma) {
  private static final NormalDistribution NORMAL = new NormalDistribution();
  /** The integral's ends: what is beyond has a probability of 1e-18, times some thousand workers. */
  private static final double END = 9;
  private static final int INTERVALS = 3600;

  /**
   * Of so many steps of a worker: the sum of log-normal times, times a log-normal factor of the round. The sum is taken
   * for log-normal with the same mean and variance (Fenton 1960, doi:10.1109/TCOM.1960.1097606).
   *
   * @param step seconds of one, on average
   */
  static Spread of(Measured.WorkerKind kind, double step, int steps) {
    double variance = (1 + Math.expm1(kind.stepSpread() * kind.stepSpread()) / steps)
        * Math.exp(kind.roundSpread() * kind.roundSpread());
    return new Spread(step * steps, Math.sqrt(Math.log(variance)));
  }

  /** A time for a draw from the standard normal distribution. */
  double at(double normal) {
    return mean * Math.exp(sigma * normal - sigma * sigma / 2);
  }

  /** The expected time of the slowest of so many: the integral of x d(F(x)^n). */
  double slowest(int workers) {
    if (sigma == 0 || workers == 1) {
      return mean;
    }
    double step = 2 * END / INTERVALS;
    double sum = 0;
    double below = 0;
    for (int i = 0; i < INTERVALS; i++) {
      double to = Math.pow(NORMAL.cumulativeProbability(-END + (i + 1) * step), workers);
      sum += at(-END + (i + 0.5) * step) * (to - below);
      below = to;
    }
    return sum;
  }

  /** About the expected time of the n-th of so many, 1-based, the fastest first (Blom 1958). */
  double ranked(int n, int workers) {
    return at(NORMAL.inverseCumulativeProbability((n - 0.375) / (workers + 0.25)));
  }
}
