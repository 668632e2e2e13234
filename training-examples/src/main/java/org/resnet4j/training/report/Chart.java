package org.resnet4j.training.report;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler.LegendLayout;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.markers.Marker;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** A chart of lines in the look of all pictures here. Points that aren't finite are left out. */
final class Chart {
  static final int WIDTH = 480;
  static final int HEIGHT = 300;
  /** Pixels of a picture a unit of the page, for sharp screens. */
  static final int SCALE = 2;
  private static final int MOST_LABELS = 12;
  /** Lines with more points than this have no markers. */
  private static final int MOST_MARKERS = 40;
  private static final int MARKER = 5;
  private static final double USUAL_SHARE = 0.9;
  private static final double FAR_ABOVE = 4;

  private final XYChart chart;
  private final Theme theme;
  private final List<Double> values = new ArrayList<>();

  Chart(String title, String axis, Theme theme) {
    this.theme = theme;
    chart = new XYChartBuilder().width(WIDTH).height(HEIGHT).title(title).xAxisTitle(axis).build();
    Font plain = new Font(Font.SANS_SERIF, Font.PLAIN, 12);
    var style = chart.getStyler();
    style.setChartBackgroundColor(theme.background());
    style.setPlotBackgroundColor(theme.background());
    style.setChartFontColor(theme.ink());
    style.setPlotBorderVisible(false);
    style.setPlotGridLinesColor(theme.line());
    style.setPlotGridLinesStroke(new BasicStroke(1));
    style.setPlotGridVerticalLinesVisible(false);
    style.setChartTitleFont(plain.deriveFont(Font.BOLD, 14f));
    style.setAxisTitleFont(plain);
    style.setXAxisTitleColor(theme.softInk());
    style.setAxisTickLabelsFont(plain);
    style.setAxisTickLabelsColor(theme.softInk());
    style.setAxisTickMarksColor(theme.line());
    style.setLegendVisible(false);
    style.setLegendFont(plain);
    style.setLegendBackgroundColor(theme.background());
    style.setLegendBorderColor(theme.background());
    style.setLocale(Locale.ROOT);
    style.setYAxisTickLabelsFormattingFunction(Chart::label);
    style.setMarkerSize(MARKER);
  }

  /** Adds a line; the legend, if there is one, calls it by its name. */
  Chart line(String name, double[] x, double[] y, Color colour, BasicStroke stroke) {
    return line(name, x, y, colour, stroke, MOST_MARKERS);
  }

  /** Adds a line without markers; a single point, which would be no line, has one. */
  Chart unmarked(String name, double[] x, double[] y, Color colour, BasicStroke stroke) {
    return line(name, x, y, colour, stroke, 1);
  }

  private Chart line(String name, double[] x, double[] y, Color colour, BasicStroke stroke, int mostMarkers) {
    int[] finite = IntStream.range(0, x.length).filter(i -> Double.isFinite(x[i]) && Double.isFinite(y[i])).toArray();
    if (finite.length > 0) {
      add(chart.addSeries(name, IntStream.of(finite).mapToDouble(i -> x[i]).toArray(),
          IntStream.of(finite).mapToDouble(i -> y[i]).toArray()), colour, stroke,
          finite.length > mostMarkers ? SeriesMarkers.NONE : SeriesMarkers.CIRCLE);
    }
    return this;
  }

  /** Adds one point, drawn over the lines. */
  Chart point(String name, double x, double y, Color colour) {
    if (Double.isFinite(x) && Double.isFinite(y)) {
      add(chart.addSeries(name, new double[] {x}, new double[] {y}), colour, new BasicStroke(0), SeriesMarkers.DIAMOND);
    }
    return this;
  }

  private void add(XYSeries series, Color colour, BasicStroke stroke, Marker marker) {
    // Each by itself: XChart's lists of colours and strokes don't go along with one another.
    series.setLineColor(colour);
    series.setMarkerColor(colour);
    series.setLineStyle(stroke);
    series.setMarker(marker);
    for (double y : series.getYData()) {
      values.add(y);
    }
  }

  /** With a legend below. */
  Chart legend() {
    chart.getStyler().setLegendVisible(true);
    chart.getStyler().setLegendPosition(LegendPosition.OutsideS);
    chart.getStyler().setLegendLayout(LegendLayout.Horizontal);
    return this;
  }

  /** Cuts off what is far above the rest, such as the loss of a first epoch that all but diverged. */
  Chart withoutOutliers() {
    List<Double> sorted = values.stream().sorted().toList();
    if (!sorted.isEmpty()) {
      double usual = sorted.get((int) (USUAL_SHARE * (sorted.size() - 1)));
      if (sorted.get(sorted.size() - 1) > FAR_ABOVE * usual && usual > 0) {
        highest(FAR_ABOVE / 2 * usual);
        chart.setTitle(chart.getTitle() + " (higher values cut off)");
      }
    }
    return this;
  }

  Chart highest(double y) {
    chart.getStyler().setYAxisMax(y);
    return this;
  }

  Chart lowest(double y) {
    chart.getStyler().setYAxisMin(y);
    return this;
  }

  /** Whole numbers along the x axis only, for epochs: XChart would label 1.5. */
  Chart whole(int largest) {
    chart.getStyler().setXAxisMaxLabelCount(Math.max(1, Math.min(MOST_LABELS, largest)));
    chart.getStyler().setXAxisTickLabelsFormattingFunction(
        v -> v == Math.rint(v) ? String.format(Locale.ROOT, "%.0f", v) : "");
    return this;
  }

  private void paint(Graphics2D g) {
    var style = chart.getStyler();
    if (values.isEmpty()) {
      g.setColor(theme.background());
      g.fillRect(0, 0, WIDTH, HEIGHT);
      g.setColor(theme.softInk());
      g.setFont(style.getAxisTitleFont());
      g.drawString(chart.getTitle() + ": no finite value", MARKER * 4, HEIGHT / 2);
      return;
    }
    chart.paint(g, WIDTH, HEIGHT);
  }

  BufferedImage draw() {
    BufferedImage picture = new BufferedImage(WIDTH * SCALE, HEIGHT * SCALE, BufferedImage.TYPE_INT_RGB);
    Graphics2D g = graphics(picture, theme);
    paint(g);
    g.dispose();
    return picture;
  }

  /** Pictures of one size side by side, row after row. */
  static BufferedImage grid(List<BufferedImage> pictures, int columns, Theme theme) {
    int width = pictures.get(0).getWidth();
    int height = pictures.get(0).getHeight();
    int rows = (pictures.size() + columns - 1) / columns;
    BufferedImage grid = new BufferedImage(columns * width, rows * height, BufferedImage.TYPE_INT_RGB);
    Graphics2D g = grid.createGraphics();
    g.setColor(theme.background());
    g.fillRect(0, 0, grid.getWidth(), grid.getHeight());
    for (int i = 0; i < pictures.size(); i++) {
      g.drawImage(pictures.get(i), i % columns * width, i / columns * height, null);
    }
    g.dispose();
    return grid;
  }

  /** Graphics in units of the page on an empty picture. */
  static Graphics2D graphics(BufferedImage picture, Theme theme) {
    Graphics2D g = picture.createGraphics();
    g.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
    g.setRenderingHint(RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
    g.scale(SCALE, SCALE);
    g.setColor(theme.background());
    g.fillRect(0, 0, picture.getWidth() / SCALE, picture.getHeight() / SCALE);
    return g;
  }

  /** 0.05 and 1e-05 rather than XChart's rounding to nothing. */
  private static String label(double value) {
    double size = Math.abs(value);
    if (size < 1e-12) {
      return "0";
    }
    if (size < 1e-3 || size >= 1e6) {
      return String.format(Locale.ROOT, "%.0e", value).replaceFirst("e([+-])0*", "e$1").replace("e+", "e");
    }
    return new BigDecimal(value).round(new MathContext(4)).stripTrailingZeros().toPlainString();
  }
}
