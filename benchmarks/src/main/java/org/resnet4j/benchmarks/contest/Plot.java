package org.resnet4j.benchmarks.contest;

import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.knowm.xchart.HorizontalBarChart;
import org.knowm.xchart.HorizontalBarChartBuilder;
import org.knowm.xchart.style.HorizontalBarStyler;

/** Images per second as bars, a panel for each setting and a column of panels for each model. */
final class Plot {
  private static final int WIDTH = 520;
  private static final int BAR = 26;
  private static final int MARGINS = 90;
  private static final double SCALE = 1.5;
  static final Color OURS = new Color(0x1668b3);
  static final Color OTHERS = new Color(0xa9b4bf);

  private Plot() {}

  static BufferedImage draw(List<HeatResult> results) {
    List<List<HeatResult>> columns = new ArrayList<>(results.stream()
        .collect(Collectors.groupingBy(result -> result.setting().model(), LinkedHashMap::new,
            Collectors.toList()))
        .values());
    int rows = columns.stream().mapToInt(List::size).max().orElse(0);
    int bars = results.stream().mapToInt(result -> result.measurements().size()).max().orElse(0);
    int height = MARGINS + bars * BAR;
    BufferedImage picture = new BufferedImage((int) (Math.max(1, columns.size()) * WIDTH * SCALE),
        (int) (Math.max(1, rows) * height * SCALE), BufferedImage.TYPE_INT_RGB);
    Graphics2D g = picture.createGraphics();
    g.setRenderingHint(RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
    g.setColor(Color.WHITE);
    g.fillRect(0, 0, picture.getWidth(), picture.getHeight());
    for (int column = 0; column < columns.size(); column++) {
      for (int row = 0; row < columns.get(column).size(); row++) {
        HeatResult result = columns.get(column).get(row);
        if (!result.measurements().isEmpty()) {
          Graphics2D panel = (Graphics2D) g.create();
          panel.scale(SCALE, SCALE);
          panel.translate(column * WIDTH, row * height);
          paint(result, height, panel);
          panel.dispose();
        }
      }
    }
    g.dispose();
    return picture;
  }

  /** Series share the space of a bar: for wide ones in two colours, ours are painted over all in the others' colour. */
  private static void paint(HeatResult result, int height, Graphics2D panel) {
    chart(result, height, OTHERS, Color.WHITE, measurement -> true).paint(panel, WIDTH, height);
    chart(result, height, OURS, new Color(0, true), measurement -> measurement.contender().engine())
        .paint(panel, WIDTH, height);
  }

  private static HorizontalBarChart chart(HeatResult result, int height, Color bars, Color background,
      Predicate<Measurement> shown) {
    HorizontalBarChart chart = new HorizontalBarChartBuilder().width(WIDTH).height(height)
        .title(result.setting().label()).xAxisTitle("images/s").build();
    List<String> labels = new ArrayList<>();
    List<Double> values = new ArrayList<>();
    for (Measurement measurement : result.measurements()) {
      labels.add(measurement.contender().label() + "  " + MarkdownReport.significant(measurement.imagesPerSecond()));
      values.add(shown.test(measurement) ? measurement.imagesPerSecond() : 0);
    }
    chart.addSeries("images/s", values, labels);

    Font plain = new Font(Font.SANS_SERIF, Font.PLAIN, 12);
    HorizontalBarStyler style = chart.getStyler();
    style.setChartBackgroundColor(background);
    style.setPlotBackgroundColor(background);
    style.setPlotBorderVisible(false);
    style.setPlotGridLinesVisible(false);
    style.setChartTitleFont(plain.deriveFont(Font.BOLD, 14f));
    style.setAxisTitleFont(plain);
    style.setAxisTickLabelsFont(plain);
    style.setLegendVisible(false);
    style.setSeriesColors(new Color[] {bars});
    style.setLocale(Locale.ROOT);
    style.setXAxisMin(0.0);
    style.setXAxisMax(result.measurements().stream().mapToDouble(Measurement::imagesPerSecond).max().orElseThrow());
    // Every contender has its label: the hint for x holds for them too.
    style.setXAxisTickMarkSpacingHint(BAR / 2);
    return chart;
  }
}
