package org.resnet4j.benchmarks.cluster;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.resnet4j.benchmarks.contest.WorkerFailure;

/** Images a second of a run's epochs. */
final class Rates {
  private static final String COLUMN = "images_per_second";

  private Rates() {}

  /**
   * Reads {@code metrics.csv}.
   *
   * @return of the epochs of the second half: in the first images are decoded, and code is compiled in all JVMs
   * @throws WorkerFailure if it isn't such a file, or has no second epoch
   */
  static List<Double> of(String metrics) throws WorkerFailure {
    List<String> lines = metrics.lines().toList();
    int column = lines.isEmpty() ? -1 : Arrays.asList(lines.get(0).split(",")).indexOf(COLUMN);
    if (column < 0 || lines.size() < 3) {
      throw new WorkerFailure("metrics.csv: expected a column " + COLUMN + " and two epochs or more, found \"" + metrics
          + "\"");
    }
    List<Double> rates = new ArrayList<>();
    for (String line : lines.subList(1 + lines.size() / 2, lines.size())) {
      rates.add(Double.parseDouble(line.split(",")[column]));
    }
    return rates;
  }
}
