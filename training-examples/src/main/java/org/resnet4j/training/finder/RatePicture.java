package org.resnet4j.training.finder;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.function.ToDoubleFunction;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler.LegendLayout;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** Loss over rate, drawn at twice the size for sharp screens. */
final class RatePicture {
  private static final int WIDTH = 720;
  private static final int HEIGHT = 420;
  private static final int SCALE = 2;
  private static final Color SOFT_INK = new Color(0x6b7785);
  private static final Color LINE = new Color(0xe1e6eb);
  private static final Color PALE = new Color(0xb9c6d3);
  private static final Color ACCENT = new Color(0x1668b3);
  private static final Color MARK = new Color(0xc2410c);
  private static final double HEADROOM = 1.25;

  private RatePicture() {}

  static BufferedImage draw(LearningRateCurve curve) {
    XYChart chart = new XYChartBuilder().width(WIDTH).height(HEIGHT).title("Loss over the learning rate")
        .xAxisTitle("learning rate (logarithmic)").yAxisTitle("loss").build();
    style(chart);
    List<RatePoint> points = curve.points();
    double top = HEADROOM * points.stream().limit(points.size() / 2 + 1).mapToDouble(RatePoint::loss).max().orElse(1);
    chart.getStyler().setYAxisMin(0.0).setYAxisMax(top);
    line(chart, "loss of a batch", points, top, RatePoint::loss, PALE, 1.2f);
    line(chart, "smoothed", points, top, RatePoint::smoothed, ACCENT, 2.5f);
    mark(chart, "steepest %.1e", curve.steepest(), top, SOFT_INK, 2);
    mark(chart, "suggestion %.1e", curve.suggestion(), top, MARK, 8);

    BufferedImage picture = new BufferedImage(WIDTH * SCALE, HEIGHT * SCALE, BufferedImage.TYPE_INT_RGB);
    Graphics2D g = picture.createGraphics();
    g.setRenderingHint(RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
    g.scale(SCALE, SCALE);
    chart.paint(g, WIDTH, HEIGHT);
    g.dispose();
    return picture;
  }

  /** What explodes is cut off at the top, which else would press the rest into a flat line. */
  private static void line(XYChart chart, String name, List<RatePoint> points, double top,
      ToDoubleFunction<RatePoint> value, Color colour, float width) {
    XYSeries line = chart.addSeries(name, points.stream().mapToDouble(RatePoint::rate).toArray(),
        points.stream().mapToDouble(p -> Math.min(top, value.applyAsDouble(p))).toArray());
    line.setMarker(SeriesMarkers.NONE).setLineColor(colour).setLineStyle(new BasicStroke(width));
  }

  private static void mark(XYChart chart, String name, OptionalDouble rate, double top, Color colour, float dash) {
    rate.ifPresent(x -> chart.addSeries(String.format(Locale.ROOT, name, x), new double[] {x, x}, new double[] {0, top})
        .setMarker(SeriesMarkers.NONE).setLineColor(colour).setLineStyle(new BasicStroke(1.6f, BasicStroke.CAP_BUTT,
            BasicStroke.JOIN_MITER, 1, new float[] {dash, 4}, 0)));
  }

  private static void style(XYChart chart) {
    Font plain = new Font(Font.SANS_SERIF, Font.PLAIN, 12);
    var style = chart.getStyler();
    style.setXAxisLogarithmic(true);
    style.setChartBackgroundColor(Color.WHITE);
    style.setPlotBorderVisible(false);
    style.setPlotGridLinesColor(LINE);
    style.setPlotGridLinesStroke(new BasicStroke(1));
    style.setPlotGridVerticalLinesVisible(false);
    style.setChartTitleFont(plain.deriveFont(Font.BOLD, 14f));
    style.setAxisTitleFont(plain);
    style.setAxisTickLabelsFont(plain);
    style.setAxisTickLabelsColor(SOFT_INK);
    style.setAxisTickMarksColor(LINE);
    style.setLegendFont(plain);
    style.setLegendBorderColor(Color.WHITE);
    style.setLegendLayout(LegendLayout.Vertical);
    style.setLegendPosition(LegendPosition.InsideSW);
    style.setLocale(Locale.ROOT);
    style.setxAxisTickLabelsFormattingFunction(v -> String.format(Locale.ROOT, "%.0e", v));
  }
}
