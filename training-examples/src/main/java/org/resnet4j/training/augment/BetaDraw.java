package org.resnet4j.training.augment;

import java.util.random.RandomGenerator;
import org.apache.commons.math3.distribution.BetaDistribution;

/** A share from 0 to 1, by Beta(alpha, alpha): near 0 or 1 for a small alpha, any for 1, near a half for a large one. */
record BetaDraw(double alpha) {
  private static final double LARGEST = 1000;

  BetaDraw {
    if (!(alpha > 0 && alpha <= LARGEST)) {
      throw new IllegalArgumentException("alpha of the Beta distribution must be above 0 and at most " + LARGEST
          + ", found " + alpha);
    }
  }

  /** From one draw, by the inverse of the distribution function. */
  double next(RandomGenerator random) {
    double uniform = random.nextDouble();
    return alpha == 1 ? uniform : new BetaDistribution(null, alpha, alpha).inverseCumulativeProbability(uniform);
  }
}
