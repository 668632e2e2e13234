package org.resnet4j.training.report;

import static org.resnet4j.training.report.Html.escape;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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

  private static final int WIDEST = 36;

  public Comparison {
    runs = List.copyOf(runs);
    if (runs.isEmpty() || runs.size() > MOST_RUNS) {
      throw new IllegalArgumentException("Expected 1 to " + MOST_RUNS + " runs to compare, found " + runs.size() + ".");
    }
  }

  /** Writes both files, each replacing one of its name as a whole. */
  public void write(Path picture, Path page) throws IOException {
    AtomicFiles.write(picture, Content.of(Html.encoded("png", ComparisonPicture.of(runs, Theme.LIGHT).draw())));
    List<BufferedImage> light = ComparisonPicture.of(runs, Theme.LIGHT).charts();
    List<BufferedImage> dark = ComparisonPicture.of(runs, Theme.DARK).charts();
    StringBuilder curves = new StringBuilder("<ul class=\"legend\">");
    for (int i = 0; i < runs.size(); i++) {
      curves.append("<li>").append(ComparisonPicture.sample(i)).append("<span>").append(escape(runs.get(i).name()))
          .append("</span> <b>").append(Html.percent(runs.get(i).best().validationAccuracy())).append("</b></li>");
    }
    curves.append("</ul><div class=\"charts\">");
    for (int i = 0; i < light.size(); i++) {
      curves.append(Html.picture(ComparisonPicture.TITLES.get(i / 2) + (i % 2 == 0 ? " by epoch" : " by time"), "chart",
          light.get(i), dark.get(i)));
    }
    StringBuilder body = new StringBuilder("<header><h1>").append(runs.size()).append(runs.size() == 1 ? " run"
        : " runs").append(" compared</h1></header>\n");
    body.append(Html.section("curves", "Curves", curves + "</div>"));
    Table results = ComparisonTables.results(runs);
    List<List<String>> rows = new ArrayList<>();
    for (int i = 0; i < runs.size(); i++) {
      List<String> row = new ArrayList<>();
      for (String cell : results.rows().get(i)) {
        row.add("<td>" + (row.isEmpty() ? ComparisonPicture.sample(i) : "") + escape(cell) + "</td>");
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
    List<List<String>> all = new ArrayList<>();
    all.add(table.head().stream().map(Comparison::shortened).toList());
    table.rows().forEach(row -> all.add(row.stream().map(Comparison::shortened).toList()));
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

  /** Without its middle, which tells least: a column a line wide would help nobody. */
  private static String shortened(String cell) {
    int[] letters = cell.codePoints().toArray();
    return letters.length <= WIDEST ? cell : new String(letters, 0, WIDEST / 2) + "…"
        + new String(letters, letters.length - WIDEST / 2 + 1, WIDEST / 2 - 1);
  }
}
