package org.resnet4j.training.report;

import static org.resnet4j.training.report.Html.given;
import static org.resnet4j.training.report.Html.percent;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** What several runs came to, and in which settings of their recipes they differ. */
final class ComparisonTables {
  private static final String NONE = "–";

  /**
   * A table of texts.
   *
   * @param rows of as many cells as {@code head}
   */
  record Table(List<String> head, List<List<String>> rows) {}

  private ComparisonTables() {}

  static Table results(List<PastRun> runs) {
    List<List<String>> rows = new ArrayList<>();
    for (PastRun run : runs) {
      PastRun.Epoch best = run.best();
      rows.add(List.of(run.name(), percent(best.validationAccuracy()), percent(best.validationTopFive()),
          given("%.4f", best.validationLoss()), best.epoch() + " of " + run.last().epoch(),
          Report.duration(best.elapsed()), Report.duration(run.last().elapsed()),
          given("%.4f", run.last().trainLoss()), percent(run.last().trainAccuracy()),
          given("%.1f", run.epochs().stream().mapToDouble(PastRun.Epoch::imagesPerSecond).filter(Double::isFinite).max()
              .orElse(Double.NaN))));
    }
    return new Table(List.of("run", "best accuracy", "top-5 then", "loss then", "best epoch", "time to best", "time",
        "last training loss", "last training accuracy", "most images/s"), rows);
  }

  /** A row for each setting that isn't the same in all recipes. */
  static Table differences(List<PastRun> runs) {
    Set<String> paths = new LinkedHashSet<>();
    runs.forEach(run -> paths.addAll(run.recipe().keySet()));
    List<String> head = new ArrayList<>(List.of("setting"));
    runs.forEach(run -> head.add(run.name()));
    List<List<String>> rows = new ArrayList<>();
    for (String path : paths) {
      List<String> values = runs.stream().map(run -> run.recipe().getOrDefault(path, NONE)).toList();
      if (new HashSet<>(values).size() > 1) {
        List<String> row = new ArrayList<>(List.of(path));
        row.addAll(values);
        rows.add(row);
      }
    }
    return new Table(head, rows);
  }
}
