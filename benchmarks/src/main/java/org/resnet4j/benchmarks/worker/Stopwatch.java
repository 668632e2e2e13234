package org.resnet4j.benchmarks.worker;

import java.util.Arrays;

/** How many calls a warm-up and a round are; {@code worker.py} has the same rules. */
final class Stopwatch {
  private static final int LEAST_CALLS = 3;
  /** A slow contender makes fewer calls than {@link #LEAST_CALLS} rather than hold up the others. */
  private static final double PATIENCE = 15;
  /** Of a faster one, the first calls of each round aren't measured: see {@link WorkerTask#leadCalls}. */
  private static final double LONGEST_LEAD = 1;

  private final Computation computation;
  private final int leadCalls;
  private long last;

  Stopwatch(Computation computation, int leadCalls) {
    this.computation = computation;
    this.leadCalls = leadCalls;
  }

  void warmUp(double seconds) throws Exception {
    calls(seconds);
  }

  /** Each call's nanoseconds. */
  long[] round(double seconds) throws Exception {
    for (int i = 0; i < leadCalls && last < LONGEST_LEAD * 1e9; i++) {
      computation.call();
    }
    return calls(seconds);
  }

  private long[] calls(double seconds) throws Exception {
    long[] nanos = new long[64];
    int count = 0;
    long sum = 0;
    while (sum < PATIENCE * 1e9 && (count < LEAST_CALLS || sum < seconds * 1e9)) {
      long start = System.nanoTime();
      computation.call();
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
