package org.resnet4j.benchmarks.contest;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.resnet4j.benchmarks.contest.HeatResult.Failure;
import org.resnet4j.benchmarks.worker.Job;
import org.resnet4j.benchmarks.worker.Pipeline;

/** Made-up outcomes. */
final class Results {
  private Results() {}

  /** Of one round of one call a contender, at batch 8. */
  static HeatResult of(String model, Measurement... measurements) {
    return of(model, Map.of(), measurements);
  }

  static HeatResult of(String model, Map<Contender, Failure> failures, Measurement... measurements) {
    return new HeatResult(new Setting(Job.INFERENCE, model, 8, new Threads("1", 1), Pipeline.OFF),
        Arrays.asList(measurements), failures);
  }

  /** As {@link #of}, in training. */
  static HeatResult training(String model, Pipeline pipeline, Measurement... measurements) {
    return new HeatResult(new Setting(Job.TRAINING, model, 8, new Threads("1", 1), pipeline),
        Arrays.asList(measurements), Map.of());
  }

  static Measurement rate(Contender contender, double imagesPerSecond) {
    return new Measurement(contender, contender.variants().get(0), 8,
        new Rounds(List.of(new long[] {Math.round(8e9 / imagesPerSecond)})), 123_456_789, 2.25, 0.5, 3e-6,
        Map.of("Framework", "1.2"));
  }
}
