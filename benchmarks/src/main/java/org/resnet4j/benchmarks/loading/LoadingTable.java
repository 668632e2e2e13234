package org.resnet4j.benchmarks.loading;

import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.resnet4j.benchmarks.contest.Median;

/** The figures in Markdown. */
final class LoadingTable {
  static final String HEAD = "| images | threads | rival | ours, images/s | theirs | ratio | least to most |\n"
      + "|---|---|---|---|---|---|---|";

  private LoadingTable() {}

  /** Medians of each side and of the rounds' ratios: those of one round met the same machine. */
  static String row(String title, int threads, String rival, List<Double> ours, List<Double> theirs) {
    List<Double> ratios = IntStream.range(0, ours.size()).mapToObj(i -> ours.get(i) / theirs.get(i)).sorted().toList();
    return String.format(Locale.ROOT, "| %s | %d | DataLoader, %s | %.0f | %.0f | %.2f | %.2f to %.2f |%n", title,
        threads, rival, Median.of(ours), Median.of(theirs), Median.of(ratios), ratios.get(0),
        ratios.get(ratios.size() - 1));
  }
}
