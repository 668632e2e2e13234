package org.resnet4j.benchmarks;

import java.util.Arrays;

/** Times two contenders in turn, so that whatever else runs on the machine hits both. */
final class Contest {
  private Contest() {}

  /** Median seconds of the first and of the second contender. */
  record Result(double first, double second) {
    /** How many times as fast the second is. */
    double ratio() {
      return first / second;
    }
  }

  static Result run(Runnable first, Runnable second, int warmUps, int rounds) {
    for (int i = 0; i < warmUps; i++) {
      first.run();
      second.run();
    }
    double[] firstSeconds = new double[rounds];
    double[] secondSeconds = new double[rounds];
    for (int i = 0; i < rounds; i++) {
      firstSeconds[i] = seconds(first);
      secondSeconds[i] = seconds(second);
    }
    return new Result(median(firstSeconds), median(secondSeconds));
  }

  private static double seconds(Runnable contender) {
    long start = System.nanoTime();
    contender.run();
    return (System.nanoTime() - start) * 1e-9;
  }

  private static double median(double[] values) {
    Arrays.sort(values);
    return values[values.length / 2];
  }
}
