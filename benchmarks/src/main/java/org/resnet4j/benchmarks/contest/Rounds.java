package org.resnet4j.benchmarks.contest;

import java.util.Arrays;
import java.util.List;
import org.resnet4j.training.benchmark.Latencies;

/**
 * What was measured of one contender.
 *
 * @param nanos each call's, by rounds
 */
record Rounds(List<long[]> nanos) {
  Rounds {
    nanos = List.copyOf(nanos);
  }

  /** Calls a second in the best round: what the contender can do when nothing else runs. */
  double bestRate() {
    return nanos.stream().mapToDouble(round -> latencies(List.of(round)).callsPerSecond()).max().orElseThrow();
  }

  /** The milliseconds that so many percent of all rounds' calls took at most. */
  double percentile(int percent) {
    return latencies(nanos).percentile(percent);
  }

  private static Latencies latencies(List<long[]> rounds) {
    return new Latencies(rounds.stream().flatMapToLong(Arrays::stream).boxed().toList());
  }
}
