package org.resnet4j.benchmarks.worker;

import java.util.Arrays;

/** How many calls a warm-up and a round are; {@code worker.py} has the same rules. */
final class Stopwatch {
  private static final int LEAST_CALLS = 3;
  /** A slow contender makes fewer calls than {@link #LEAST_CALLS} rather than hold up the others. */
  private static final double PATIENCE = 15;
  /** Of a faster one, the first call of each round isn't measured: the others have had the caches since. */
  private static final double LONGEST_LEAD = 1;

  private final Inference inference;
  private long last;

  Stopwatch(Inference inference) {
    this.inference = inference;
  }

  void warmUp(double seconds) throws Exception {
    calls(seconds);
  }

  /** Each call's nanoseconds. */
  long[] round(double seconds) throws Exception {
    if (last < LONGEST_LEAD * 1e9) {
      inference.call();
    }
    return calls(seconds);
  }

  private long[] calls(double seconds) throws Exception {
    long[] nanos = new long[64];
    int count = 0;
    long sum = 0;
    while (sum < PATIENCE * 1e9 && (count < LEAST_CALLS || sum < seconds * 1e9)) {
      long start = System.nanoTime();
      inference.call();
      last = System.nanoTime() - start;
      if (count == nanos.length) {
        nanos = Arrays.copyOf(nanos, 2 * count);
      }
      nanos[count++] = last;
      sum += last;
    }
    return Arrays.copyOf(nanos, count);
  }
}
