package org.resnet4j.benchmarks.scaling;

/**
 * What a round needs in heaps, in bytes.
 *
 * @param collected results that the driver collects; more than {@link #MOST_COLLECTED} end the job
 * @param driver on the driver's heap: the state and its blocks, results, and those that are being unpacked, twice
 * @param sum on the heap of a worker that adds up others' results; 0 without a tree
 */
record Memory(double collected, double driver, double sum) {
  /** {@code spark.driver.maxResultSize}, unless it is set. */
  static final double MOST_COLLECTED = 1 << 30;

  static Memory of(Costs costs, Averaging averaging) {
    double one = costs.bytes(averaging);
    int collected = costs.collected(averaging);
    return new Memory(collected * one, (2 + collected + 2 * costs.getters()) * one,
        costs.levels(averaging).isEmpty() ? 0 : costs.fanIn(averaging) * one);
  }

  boolean tooMuch() {
    return collected > MOST_COLLECTED;
  }
}
