package org.resnet4j.benchmarks.contest;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** How many times as fast as others our engine is, one line a pair: {@code ratio resnet50 b8 t1 A / B = 1.02}. */
final class Ratios {
  private Ratios() {}

  static List<String> lines(List<HeatResult> results) {
    List<String> lines = new ArrayList<>();
    for (HeatResult result : results) {
      for (Measurement ours : result.measurements()) {
        for (Measurement other : result.measurements()) {
          if (ours.contender().measuresAgainst(other.contender())) {
            lines.add(String.format(Locale.ROOT, "ratio %s %s / %s = %.2f", result.setting().label(),
                ours.contender().label(), other.contender().label(), ours.imagesPerSecond() / other.imagesPerSecond()));
          }
        }
      }
    }
    return lines;
  }
}
