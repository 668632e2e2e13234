package org.resnet4j.benchmarks.contest;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A setting's outcome.
 *
 * @param measurements of the contenders that came through, in {@link Contender}'s order
 * @param failures of the others
 */
record HeatResult(Setting setting, List<Measurement> measurements, Map<Contender, Failure> failures) {
  /** Why a contender has no figures. */
  record Failure(Kind kind, String reason) {
    enum Kind {
      /** It didn't start, or broke off. */
      BROKEN,
      /** It computed something else than Deeplearning4j. */
      DIFFERENT
    }
  }

  HeatResult {
    measurements = List.copyOf(measurements);
    failures = Map.copyOf(failures);
  }

  Optional<Measurement> of(Contender contender) {
    return measurements.stream().filter(measurement -> measurement.contender() == contender).findFirst();
  }
}
