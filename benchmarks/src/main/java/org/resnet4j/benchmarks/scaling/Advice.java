package org.resnet4j.benchmarks.scaling;

import java.util.OptionalInt;

/**
 * Which batch and which k to take, by two rules: as large a batch as is known to cost no accuracy, and as few steps
 * between averages as keep workers busy.
 */
final class Advice {
  /**
   * Images of all workers' steps: ResNet-50 on ImageNet is as accurate with up to so many as with 256, with the rate in
   * proportion and a warm-up (Goyal and others 2017, arXiv 1706.02677).
   */
  static final int GLOBAL_BATCH = 8192;
  /** Of what the workers would do alone. */
  static final double EFFICIENCY = 0.85;
  /** Images of ImageNet's training set (ILSVRC 2012). */
  static final int EPOCH = 1_281_167;
  private static final int FEWEST_IMAGES = 2;

  private Advice() {}

  /** Images of a worker's step, a power of two; what it has memory for, and all workers have accuracy for. */
  static int images(int workers, int mostImages) {
    int most = Math.min(mostImages, GLOBAL_BATCH / Math.max(1, workers));
    if (most < FEWEST_IMAGES) {
      throw new ScalingException("Images of a worker's step: expected " + FEWEST_IMAGES + " or more, found " + most
          + " with " + workers + " workers; take fewer workers.");
    }
    return Integer.highestOneBit(most);
  }

  /** Steps between averages, a power of two, so that there is an average an epoch. */
  static int mostEvery(int workers, int images) {
    return Integer.highestOneBit(Math.max(1, EPOCH / (workers * images)));
  }

  /** The least power of two that keeps workers busy; none if an average an epoch doesn't. */
  static OptionalInt every(CostModel model, Costs costs, int images) {
    int least = 1;
    int beyond = 2 * mostEvery(costs.cluster().workers(), images);
    for (int most = beyond; least < most;) {
      // The power of two in the middle: with more steps the share grows.
      int every = 1 << (Integer.numberOfTrailingZeros(least) + Integer.numberOfTrailingZeros(most)) / 2;
      if (model.efficiency(costs, Plan.parameters(every, images)) >= EFFICIENCY) {
        most = every;
      } else {
        least = 2 * every;
      }
    }
    return least == beyond ? OptionalInt.empty() : OptionalInt.of(least);
  }
}
