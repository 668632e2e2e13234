package org.resnet4j.benchmarks.contest;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.resnet4j.benchmarks.contest.HeatResult.Failure;

/** Made-up outcomes. */
final class Results {
  private Results() {}

  /** Of one round of one call a contender, at batch 8. */
  static HeatResult of(String model, Measurement... measurements) {
    return of(model, Map.of(), measurements);
  }

  static HeatResult of(String model, Map<Contender, Failure> failures, Measurement... measurements) {
    return new HeatResult(new Setting(model, 8, new Threads("1", 1)), Arrays.asList(measurements), failures);
  }

  static Measurement rate(Contender contender, double imagesPerSecond) {
    return new Measurement(contender, contender.variants().get(0), 8,
        new Rounds(List.of(new long[] {Math.round(8e9 / imagesPerSecond)})), 123_456_789, 2.25, 0.5, 3e-6,
        Map.of("Framework", "1.2"));
  }
}
