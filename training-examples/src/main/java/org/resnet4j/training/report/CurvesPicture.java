package org.resnet4j.training.report;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.style.Styler.LegendLayout;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.markers.SeriesMarkers;
import org.resnet4j.training.loop.EpochMetrics;

/** Loss and accuracy over the epochs, training beside validation, drawn at twice the size for sharp screens. */
final class CurvesPicture {
  private static final int WIDTH = 560;
  private static final int HEIGHT = 340;
  private static final int SCALE = 2;
  private static final int MOST_LABELS = 12;

  private CurvesPicture() {}

  static BufferedImage draw(List<EpochMetrics> epochs) {
    XYChart loss = chart("Loss", epochs, EpochMetrics::trainLoss, EpochMetrics::validationLoss);
    loss.getStyler().setLegendPosition(LegendPosition.InsideNE);
    XYChart accuracy = chart("Accuracy, %", epochs, e -> 100 * e.trainAccuracy(), e -> 100 * e.validationAccuracy());
    accuracy.getStyler().setLegendPosition(LegendPosition.InsideSE);
    accuracy.getStyler().setYAxisMax(100.0);

    BufferedImage picture = new BufferedImage(2 * WIDTH * SCALE, HEIGHT * SCALE, BufferedImage.TYPE_INT_RGB);
    Graphics2D g = picture.createGraphics();
    g.setRenderingHint(RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
    g.scale(SCALE, SCALE);
    loss.paint(g, WIDTH, HEIGHT);
    g.translate(WIDTH, 0);
    accuracy.paint(g, WIDTH, HEIGHT);
    g.dispose();
    return picture;
  }

  private static XYChart chart(String title, List<EpochMetrics> epochs, ToDoubleFunction<EpochMetrics> training,
      ToDoubleFunction<EpochMetrics> validation) {
    XYChart chart = new XYChartBuilder().width(WIDTH).height(HEIGHT).title(title).xAxisTitle("epoch").build();
    double[] x = epochs.stream().mapToDouble(EpochMetrics::epoch).toArray();
    chart.addSeries("training", x, epochs.stream().mapToDouble(training).toArray());
    chart.addSeries("validation", x, epochs.stream().mapToDouble(validation).toArray());

    Font plain = new Font(Font.SANS_SERIF, Font.PLAIN, 12);
    var style = chart.getStyler();
    style.setChartBackgroundColor(Color.WHITE);
    style.setPlotBorderVisible(false);
    style.setPlotGridLinesColor(Palette.LINE);
    style.setPlotGridLinesStroke(new BasicStroke(1));
    style.setPlotGridVerticalLinesVisible(false);
    style.setChartTitleFont(plain.deriveFont(Font.BOLD, 14f));
    style.setAxisTitleFont(plain);
    style.setAxisTickLabelsFont(plain);
    style.setAxisTickLabelsColor(Palette.SOFT_INK);
    style.setAxisTickMarksColor(Palette.LINE);
    style.setLegendFont(plain);
    style.setLegendBorderColor(Color.WHITE);
    style.setLegendLayout(LegendLayout.Vertical);
    style.setSeriesColors(new Color[] {Palette.SOFT_INK, Palette.ACCENT});
    style.setSeriesLines(new BasicStroke[] {new BasicStroke(1.5f), new BasicStroke(2.5f)});
    style.setSeriesMarkers(new org.knowm.xchart.style.markers.Marker[] {SeriesMarkers.CIRCLE, SeriesMarkers.CIRCLE});
    style.setMarkerSize(epochs.size() > 40 ? 0 : 5);
    style.setLocale(Locale.ROOT);
    // Whole epochs only: XChart would label 1.5.
    style.setXAxisMaxLabelCount(Math.min(MOST_LABELS, epochs.size()));
    style.setxAxisTickLabelsFormattingFunction(v -> v == Math.rint(v) ? String.format(Locale.ROOT, "%.0f", v) : "");
    return chart;
  }
}
