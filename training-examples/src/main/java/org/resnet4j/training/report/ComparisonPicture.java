package org.resnet4j.training.report;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.FontMetrics;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import org.resnet4j.training.report.PastRun.Epoch;

/**
 * Runs over one another: validation accuracy and both losses, by epoch on the left, by wall time on the right, under
 * one legend. A run has a colour and a pattern of dashes of its own.
 */
final class ComparisonPicture {
  /** Okabe and Ito's colours, which every kind of colour vision tells apart, less the yellow, which white swallows. */
  private static final int[] COLOURS = {0x0072B2, 0xD55E00, 0x009E73, 0xCC79A7, 0xE69F00, 0x56B4E9, 0x777777};
  private static final float[][] DASHES = {null, {9, 4}, {2, 3}, {9, 3, 2, 3}};
  /** Every pair of a colour and a pattern occurs once, since 7 and 4 have no common factor. */
  static final int MOST_RUNS = COLOURS.length * DASHES.length;

  static final List<String> TITLES = List.of("Validation accuracy, %", "Validation loss", "Training loss");

  private static final int COLUMNS = 2;
  private static final int LEGEND_ROW = 22;
  private static final int MARGIN = 14;
  private static final int SAMPLE = 44;
  private static final double LIGHTENED = 0.25;

  private final List<PastRun> runs;
  private final Theme theme;

  private ComparisonPicture(List<PastRun> runs, Theme theme) {
    this.runs = runs;
    this.theme = theme;
  }

  static ComparisonPicture of(List<PastRun> runs, Theme theme) {
    return new ComparisonPicture(runs, theme);
  }

  /** The charts in rows of two under their legend. */
  BufferedImage draw() {
    BufferedImage grid = Chart.grid(charts(), COLUMNS, theme);
    int rows = (runs.size() + COLUMNS - 1) / COLUMNS;
    int top = (rows * LEGEND_ROW + 2 * MARGIN) * Chart.SCALE;
    BufferedImage picture =
        new BufferedImage(grid.getWidth(), top + grid.getHeight(), BufferedImage.TYPE_INT_RGB);
    Graphics2D g = Chart.graphics(picture, theme);
    for (int i = 0; i < runs.size(); i++) {
      legend(g, i, MARGIN + i % COLUMNS * Chart.WIDTH, MARGIN + i / COLUMNS * LEGEND_ROW);
    }
    g.dispose();
    picture.createGraphics().drawImage(grid, 0, top, null);
    return picture;
  }

  /** Each chart by itself, in {@link #TITLES}' order, by epoch and then by time. */
  List<BufferedImage> charts() {
    TimeUnit unit = TimeUnit.of(runs.stream().mapToDouble(r -> r.last().elapsed()).max().orElseThrow());
    List<BufferedImage> charts = new ArrayList<>();
    add(charts, TITLES.get(0), e -> 100 * e.validationAccuracy(), unit);
    add(charts, TITLES.get(1), Epoch::validationLoss, unit);
    add(charts, TITLES.get(2), Epoch::trainLoss, unit);
    return charts;
  }

  /** A run's line as markup, in the colours that the reader prefers. */
  static String sample(int run) {
    float[] dashes = DASHES[run % DASHES.length];
    StringBuilder pattern = new StringBuilder();
    for (int i = 0; dashes != null && i < dashes.length; i++) {
      pattern.append(i == 0 ? "" : " ").append((int) dashes[i]);
    }
    return "<svg class=\"sample\" width=\"" + SAMPLE + "\" height=\"10\" aria-hidden=\"true\" style=\"--light:"
        + hex(colour(run, Theme.LIGHT)) + ";--dark:" + hex(colour(run, Theme.DARK)) + "\"><line x1=\"0\" y1=\"5\" x2=\""
        + SAMPLE + "\" y2=\"5\"" + (dashes == null ? "" : " stroke-dasharray=\"" + pattern + "\"") + "/></svg>";
  }

  private static String hex(Color colour) {
    return String.format(Locale.ROOT, "#%06x", colour.getRGB() & 0xFFFFFF);
  }

  private static Color colour(int run, Theme theme) {
    Color colour = new Color(COLOURS[run % COLOURS.length]);
    return theme == Theme.LIGHT ? colour : new Color(lighter(colour.getRed()), lighter(colour.getGreen()),
        lighter(colour.getBlue()));
  }

  private static int lighter(int part) {
    return (int) Math.round(part + (255 - part) * LIGHTENED);
  }

  private static BasicStroke stroke(int run) {
    float[] dashes = DASHES[run % DASHES.length];
    return dashes == null ? new BasicStroke(2)
        : new BasicStroke(2, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND, 10, dashes, 0);
  }

  private void add(List<BufferedImage> charts, String title, ToDoubleFunction<Epoch> value, TimeUnit unit) {
    int epochs = runs.stream().mapToInt(r -> r.last().epoch()).max().orElseThrow();
    charts.add(chart(new Chart(title, "epoch", theme).whole(epochs), Epoch::epoch, value).draw());
    charts.add(chart(new Chart(title, unit.name, theme), e -> e.elapsed() / unit.seconds, value).draw());
  }

  private Chart chart(Chart chart, ToDoubleFunction<Epoch> x, ToDoubleFunction<Epoch> y) {
    for (int i = 0; i < runs.size(); i++) {
      List<Epoch> epochs = runs.get(i).epochs();
      chart.unmarked(String.valueOf(i), epochs.stream().mapToDouble(x).toArray(),
          epochs.stream().mapToDouble(y).toArray(), colour(i, theme), stroke(i));
    }
    return chart.withoutOutliers();
  }

  private void legend(Graphics2D g, int run, int x, int y) {
    g.setFont(new Font(Font.SANS_SERIF, Font.PLAIN, 13));
    FontMetrics metrics = g.getFontMetrics();
    g.setColor(colour(run, theme));
    g.setStroke(stroke(run));
    g.drawLine(x, y + LEGEND_ROW / 2, x + SAMPLE, y + LEGEND_ROW / 2);
    String best = Html.percent(runs.get(run).best().validationAccuracy());
    int right = x + Chart.WIDTH - 2 * MARGIN;
    int baseline = y + (LEGEND_ROW + metrics.getAscent() - metrics.getDescent()) / 2;
    g.setColor(theme.ink());
    g.drawString(best, right - metrics.stringWidth(best), baseline);
    int from = x + SAMPLE + 8;
    g.drawString(fitted(runs.get(run).name(), metrics, right - metrics.stringWidth(best) - 10 - from), from, baseline);
  }

  /** The name without its middle where it is too long: names of runs differ at their ends. */
  private static String fitted(String name, FontMetrics metrics, int width) {
    int[] letters = name.codePoints().limit(500).toArray();
    String fitted = new String(letters, 0, letters.length);
    for (int kept = letters.length - 1; kept > 1 && metrics.stringWidth(fitted) > width; kept--) {
      fitted = new String(letters, 0, (kept + 1) / 2) + "…"
          + new String(letters, letters.length - kept / 2, kept / 2);
    }
    return fitted;
  }

  /** What the time axis counts. */
  private enum TimeUnit {
    SECONDS("seconds", 1), MINUTES("minutes", 60), HOURS("hours", 3600);

    private final String name;
    private final int seconds;

    TimeUnit(String name, int seconds) {
      this.name = name;
      this.seconds = seconds;
    }

    /** The largest unit of which there are three or more. */
    static TimeUnit of(double longest) {
      return longest >= 3 * HOURS.seconds ? HOURS : longest >= 3 * MINUTES.seconds ? MINUTES : SECONDS;
    }
  }
}
