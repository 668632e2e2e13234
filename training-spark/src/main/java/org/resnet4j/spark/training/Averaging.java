package org.resnet4j.spark.training;

import java.io.Serializable;

/** What workers average, and when. */
public sealed interface Averaging extends Serializable {
  /** The steps that workers take between two averages. */
  int every();

  /**
   * Gradients, at every step: stochastic gradient descent on the whole batch, and one updater, the driver's. A norm's
   * batch is its worker's part; what the workers' running statistics change by is averaged.
   */
  record Gradients() implements Averaging {
    @Override
    public int every() {
      return 1;
    }
  }

  /**
   * Parameters, every so many steps, which each worker takes by itself: local SGD (Stich 2018, arXiv 1805.09767).
   * Running statistics are averaged with them, and so is the updater's state, momentum for one, as in Yu, Jin and Yang
   * 2019 (arXiv 1905.03817, algorithm 1).
   */
  record Parameters(int every) implements Averaging {
    /** @throws IllegalArgumentException if {@code every} is below 1 */
    public Parameters {
      if (every < 1) {
        throw new IllegalArgumentException("Parameters are averaged every one or more steps; found " + every);
      }
    }
  }
}
