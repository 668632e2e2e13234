package org.resnet4j.training.benchmark;

import java.util.List;

/**
 * How long calls took.
 *
 * @param nanoseconds of each call, the shortest first; at least one
 */
public record Latencies(List<Long> nanoseconds) {
  private static final double NANOS_OF_MILLI = 1e6;
  private static final double NANOS_OF_SECOND = 1e9;

  public Latencies {
    if (nanoseconds.isEmpty()) {
      throw new IllegalArgumentException("latencies: expected one or more, found none");
    }
    nanoseconds = nanoseconds.stream().sorted().toList();
  }

  /** How many calls there were. */
  public int calls() {
    return nanoseconds.size();
  }

  /** The milliseconds that so many percent of the calls took at most: with few calls the high ones are the slowest. */
  public double percentile(int percent) {
    int rank = (int) Math.ceil(percent / 100.0 * nanoseconds.size());
    return nanoseconds.get(Math.max(rank, 1) - 1) / NANOS_OF_MILLI;
  }

  /** Calls in a second of computing. */
  public double callsPerSecond() {
    return calls() * NANOS_OF_SECOND / nanoseconds.stream().mapToLong(Long::longValue).sum();
  }
}
