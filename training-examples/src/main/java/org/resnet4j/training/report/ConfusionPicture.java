package org.resnet4j.training.report;

import java.awt.Color;
import java.awt.Font;
import java.awt.FontMetrics;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.util.List;
import java.util.stream.IntStream;
import org.resnet4j.training.loop.Evaluation;

/**
 * The confusion matrix: a row for each true class, a column for each predicted one, shaded by the share of its row,
 * right ones blue and wrong ones orange. Cells shrink with the number of classes: counts go first, then the names.
 */
final class ConfusionPicture {
  private static final int LARGEST_CELL = 46;
  private static final int MATRIX_SIDE = 760;
  private static final int CELL_WITH_NAME = 10;
  private static final int WIDEST_NAME = 150;
  private static final int MARGIN = 34;

  private final int[][] counts;
  private final List<String> classes;
  private final Theme theme;
  private final int cell;
  private final Font font;

  private ConfusionPicture(Evaluation evaluation, Theme theme) {
    this.theme = theme;
    counts = evaluation.confusion();
    classes = evaluation.classes();
    // 2,000 classes still give a pixel each on a picture of twice the side.
    cell = Math.max(1, Math.min(LARGEST_CELL, MATRIX_SIDE / classes.size()));
    font = new Font(Font.SANS_SERIF, Font.PLAIN, Math.max(8, Math.min(12, cell - 2)));
  }

  static BufferedImage draw(Evaluation evaluation, Theme theme) {
    return new ConfusionPicture(evaluation, theme).draw();
  }

  private BufferedImage draw() {
    FontMetrics metrics = metrics();
    int names = cell < CELL_WITH_NAME ? 0
        : Math.min(WIDEST_NAME, classes.stream().mapToInt(metrics::stringWidth).max().orElse(0));
    int left = MARGIN + names;
    int side = cell * classes.size();
    int width = Math.max(left + side + MARGIN / 2, 240);
    int height = left + side + MARGIN / 2;
    BufferedImage picture = new BufferedImage(width * Chart.SCALE, height * Chart.SCALE, BufferedImage.TYPE_INT_RGB);
    Graphics2D g = Chart.graphics(picture, theme);
    g.setFont(font);
    cells(g, left, left);
    if (names > 0) {
      rowNames(g, left);
      columnNames(g, left);
    }
    g.setFont(font.deriveFont(Font.BOLD, 12f));
    g.setColor(theme.softInk());
    g.drawString("predicted", left, 16);
    g.rotate(-Math.PI / 2);
    g.drawString("true", -(left + g.getFontMetrics().stringWidth("true")), 16);
    g.dispose();
    return picture;
  }

  private void cells(Graphics2D g, int left, int top) {
    FontMetrics metrics = g.getFontMetrics();
    int gap = cell >= CELL_WITH_NAME ? 1 : 0;
    if (gap == 0) {
      g.setColor(theme.empty());
      g.fillRect(left, top, cell * counts.length, cell * counts.length);
    }
    for (int row = 0; row < counts.length; row++) {
      int total = IntStream.of(counts[row]).sum();
      for (int column = 0; column < counts.length; column++) {
        int count = counts[row][column];
        if (count == 0 && gap == 0) {
          continue;
        }
        double share = total == 0 ? 0 : (double) count / total;
        int x = left + column * cell;
        int y = top + row * cell;
        // The square root lifts rare confusions, the ones looked for, out of the white.
        Color full = row == column ? theme.accent() : theme.wrong();
        g.setColor(count == 0 ? theme.empty() : theme.tint(full, 0.08 + 0.92 * Math.sqrt(share)));
        g.fillRect(x, y, cell - gap, cell - gap);
        String text = Integer.toString(count);
        if (count > 0 && metrics.stringWidth(text) < cell - 3 && metrics.getAscent() < cell) {
          g.setColor(share > 0.3 ? theme.background() : theme.ink());
          g.drawString(text, x + (cell - metrics.stringWidth(text)) / 2, baseline(y, metrics));
        }
      }
    }
  }

  private void rowNames(Graphics2D g, int left) {
    FontMetrics metrics = g.getFontMetrics();
    g.setColor(theme.ink());
    for (int i = 0; i < classes.size(); i++) {
      String name = fitted(classes.get(i), metrics);
      g.drawString(name, left - 6 - metrics.stringWidth(name), baseline(left + i * cell, metrics));
    }
  }

  private void columnNames(Graphics2D g, int top) {
    FontMetrics metrics = g.getFontMetrics();
    g.setColor(theme.ink());
    g.rotate(-Math.PI / 2);
    for (int i = 0; i < classes.size(); i++) {
      g.drawString(fitted(classes.get(i), metrics), -(top - 6), baseline(top + i * cell, metrics));
    }
    g.rotate(Math.PI / 2);
  }

  private int baseline(int top, FontMetrics metrics) {
    return top + (cell + metrics.getAscent() - metrics.getDescent()) / 2;
  }

  private static String fitted(String name, FontMetrics metrics) {
    if (metrics.stringWidth(name) <= WIDEST_NAME) {
      return name;
    }
    int[] letters = name.codePoints().toArray();
    int end = letters.length;
    while (end > 1 && metrics.stringWidth(new String(letters, 0, end) + "…") > WIDEST_NAME) {
      end--;
    }
    return new String(letters, 0, end) + "…";
  }

  private FontMetrics metrics() {
    Graphics2D g = new BufferedImage(1, 1, BufferedImage.TYPE_INT_RGB).createGraphics();
    try {
      return g.getFontMetrics(font);
    } finally {
      g.dispose();
    }
  }
}
