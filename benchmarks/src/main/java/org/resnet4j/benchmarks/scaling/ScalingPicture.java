package org.resnet4j.benchmarks.scaling;

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
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler.LegendLayout;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.XYStyler;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** Share of the workers' own speed over their number: gradients by network, parameters by k. */
final class ScalingPicture {
  private static final int WIDTH = 480;
  private static final int HEIGHT = 340;
  /** Pixels of a picture a unit of the page, for sharp screens. */
  private static final int SCALE = 2;
  private static final int PANELS = 2;
  private static final List<Integer> EVERY = List.of(1, 4, 16, 64, 128);
  private static final double PERCENT = 100;
  /** From few to many: light to dark. */
  private static final List<Color> COLOURS = List.of(new Color(0x9ecae1), new Color(0x4292c6), new Color(0x1668b3),
      new Color(0x08306b), new Color(0x000000));

  private ScalingPicture() {}

  static BufferedImage draw(Prospects prospects, Measured.WorkerKind kind, CostModel model) {
    List<Integer> numbers = prospects.numbers();
    XYChart gradients = chart("Gradients, at each step");
    for (double gigabits : Prospects.GIGABITS) {
      line(gradients, numbers, Prospects.gigabits(gigabits), COLOURS.get(Prospects.GIGABITS.indexOf(gigabits)),
          workers -> model.efficiency(prospects.costs(kind, workers, gigabits),
              Plan.gradients(Advice.images(workers, kind.mostImages()))));
    }
    XYChart parameters = chart("Parameters, every k steps, " + Prospects.gigabits(Prospects.USUAL_GIGABITS));
    for (int every : EVERY) {
      line(parameters, numbers, "k = " + every, COLOURS.get(EVERY.indexOf(every)),
          workers -> model.efficiency(prospects.costs(kind, workers, Prospects.USUAL_GIGABITS),
              Plan.parameters(every, Advice.images(workers, kind.mostImages()))));
    }
    BufferedImage picture = new BufferedImage(PANELS * WIDTH * SCALE, HEIGHT * SCALE, BufferedImage.TYPE_INT_RGB);
    Graphics2D g = picture.createGraphics();
    g.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
    g.setRenderingHint(RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
    g.scale(SCALE, SCALE);
    gradients.paint(g, WIDTH, HEIGHT);
    g.translate(WIDTH, 0);
    parameters.paint(g, WIDTH, HEIGHT);
    g.dispose();
    return picture;
  }

  private static XYChart chart(String title) {
    XYChart chart = new XYChartBuilder().width(WIDTH).height(HEIGHT).title(title).xAxisTitle("workers")
        .yAxisTitle("% of the workers alone").build();
    Font plain = new Font(Font.SANS_SERIF, Font.PLAIN, 12);
    XYStyler style = chart.getStyler();
    style.setChartBackgroundColor(Color.WHITE);
    style.setPlotBorderVisible(false);
    style.setChartTitleFont(plain.deriveFont(Font.BOLD, 14f));
    style.setAxisTitleFont(plain);
    style.setAxisTickLabelsFont(plain);
    style.setLegendFont(plain);
    style.setLegendPosition(LegendPosition.OutsideS);
    style.setLegendLayout(LegendLayout.Horizontal);
    style.setLegendBorderColor(Color.WHITE);
    style.setLocale(Locale.ROOT);
    style.setXAxisLogarithmic(true);
    style.setXAxisDecimalPattern("0");
    style.setYAxisMin(0.0);
    style.setYAxisMax(PERCENT);
    return chart;
  }

  private static void line(XYChart chart, List<Integer> numbers, String name, Color colour,
      ToDoubleFunction<Integer> share) {
    XYSeries series = chart.addSeries(name, numbers,
        numbers.stream().map(workers -> PERCENT * share.applyAsDouble(workers)).toList());
    series.setLineColor(colour);
    series.setMarkerColor(colour);
    series.setMarker(SeriesMarkers.CIRCLE);
  }
}
