package org.resnet4j.training.report;

import static org.resnet4j.training.report.Html.escape;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.resnet4j.training.report.ComparisonTables.Table;
import org.resnet4j.zoo.weights.AtomicFiles;
import org.resnet4j.zoo.weights.AtomicFiles.Content;

/**
 * Runs over one another: a picture, a page with it and the tables, and the tables as text.
 *
 * @param runs one to {@link #MOST_RUNS}
 */
public record Comparison(List<PastRun> runs) {
  /** How many runs there are colours and dashes for. */
  public static final int MOST_RUNS = ComparisonPicture.MOST_RUNS;

  public Comparison {
    runs = List.copyOf(runs);
    if (runs.isEmpty() || runs.size() > MOST_RUNS) {
      throw new IllegalArgumentException("Expected 1 to " + MOST_RUNS + " runs to compare, found " + runs.size() + ".");
    }
  }

  /** Writes both files, each replacing one of its name as a whole. */
  public void write(Path picture, Path page) throws IOException {
    var light = ComparisonPicture.draw(runs, Theme.LIGHT);
    AtomicFiles.write(picture, Content.of(Html.encoded("png", light)));
    StringBuilder body = new StringBuilder("<header><h1>").append(runs.size()).append(runs.size() == 1 ? " run"
        : " runs").append(" compared</h1></header>\n");
    body.append(Html.section("curves", "Curves", Html.picture("Accuracy and loss of each run, by epoch and by time",
        "wide", light, ComparisonPicture.draw(runs, Theme.DARK))));
    Table results = ComparisonTables.results(runs);
    List<List<String>> rows = new ArrayList<>();
    for (int i = 0; i < runs.size(); i++) {
      List<String> row = new ArrayList<>();
      for (String cell : results.rows().get(i)) {
        row.add("<td>" + (row.isEmpty() ? swatch(i) : "") + escape(cell) + "</td>");
      }
      rows.add(row);
    }
    body.append(Html.section("results", "Results", "<p class=\"note\">Accuracies and losses of the validation images;"
        + " the best epoch is the one with the highest accuracy.</p>" + Html.rawTable(results.head(), rows)));
    Table differences = ComparisonTables.differences(runs);
    body.append(Html.section("differences", "Differences of the recipes", differences.rows().isEmpty()
        ? "<p class=\"note\">" + escape(same()) + "</p>" : Html.table(differences.head(), differences.rows())));
    AtomicFiles.write(page, Content.of(Html.page("Runs compared", body.toString())));
  }

  private static String swatch(int run) {
    return "<i class=\"swatch\" style=\"background:" + String.format(Locale.ROOT, "#%06x",
        ComparisonPicture.colour(run, Theme.LIGHT).getRGB() & 0xFFFFFF) + "\"></i>";
  }

  private String same() {
    return runs.stream().allMatch(run -> run.recipe().isEmpty()) ? "No run has a recipe.yaml."
        : "The recipes are the same.";
  }

  /** The tables' lines, in columns. */
  public List<String> lines() {
    List<String> lines = new ArrayList<>(lines(ComparisonTables.results(runs)));
    Table differences = ComparisonTables.differences(runs);
    lines.add("");
    if (differences.rows().isEmpty()) {
      lines.add(same());
    } else {
      lines.addAll(lines(differences));
    }
    return lines;
  }

  private static List<String> lines(Table table) {
    List<List<String>> all = new ArrayList<>(List.of(table.head()));
    all.addAll(table.rows());
    int[] widths = new int[table.head().size()];
    for (List<String> row : all) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], row.get(i).length());
      }
    }
    return all.stream().map(row -> {
      StringBuilder line = new StringBuilder(row.get(0)).append(" ".repeat(widths[0] - row.get(0).length()));
      for (int i = 1; i < widths.length; i++) {
        line.append("  ").append(" ".repeat(widths[i] - row.get(i).length())).append(row.get(i));
      }
      return line.toString();
    }).toList();
  }
}
