package org.resnet4j.training.report;

import static org.resnet4j.training.report.Html.escape;

import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import javax.imageio.ImageIO;
import org.resnet4j.training.loop.EpochMetrics;
import org.resnet4j.training.loop.Evaluation;
import org.resnet4j.training.loop.Evaluation.ClassScore;
import org.resnet4j.training.loop.Prediction;

/** {@code report.html}: one file with its style and pictures inside, readable offline and by mail. */
final class ReportPage {
  private static final int THUMBNAIL = 176;
  /** Below this side a picture is shown pixel by pixel, and JPEG would smear it. */
  private static final int TINY = 64;

  private final ReportContent content;
  private final byte[] curves;
  private final byte[] confusion;
  private final int confusionWidth;
  private final StringBuilder page = new StringBuilder();

  /** Takes the pictures as PNG, and the width in which the confusion matrix is sharp. */
  ReportPage(ReportContent content, byte[] curves, byte[] confusion, int confusionWidth) {
    this.content = content;
    this.curves = curves;
    this.confusion = confusion;
    this.confusionWidth = confusionWidth;
  }

  String html() throws IOException {
    page.append("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">")
        .append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">")
        .append("<title>").append(escape(content.title())).append("</title>\n<style>\n")
        .append(style()).append("</style></head>\n<body><main>\n");
    page.append("<header><h1>").append(escape(content.title())).append("</h1><p>")
        .append(escape(content.summary())).append("</p></header>\n");
    figures();
    warnings();
    section("Training", "<img class=\"wide\" alt=\"Loss and accuracy of each epoch\" src=\""
        + dataUri("image/png", curves) + "\">");
    page.append("<details><summary>Each epoch</summary>").append(epochs()).append("</details>\n");
    section("Confusion matrix", "<p class=\"note\">Rows are the true classes, columns the predicted ones; colour is the"
        + " share of the row, blue where right, orange where wrong.</p><img class=\"matrix\" alt=\"Confusion matrix\""
        + " width=\"" + confusionWidth + "\" src=\"" + dataUri("image/png", confusion) + "\">");
    section("Classes", classes());
    mistakes();
    badImages();
    section("The run", table(content.settings()));
    section("Environment", table(content.environment()));
    page.append("</main></body></html>\n");
    return page.toString();
  }

  private void figures() {
    Evaluation e = content.evaluation();
    double seconds = content.epochs().stream().mapToDouble(EpochMetrics::seconds).sum();
    String on = "on the " + content.evaluatedOn() + " images";
    page.append("<div class=\"figures\">");
    figure(percent(e.accuracy()), "right " + on, e.right() + " of " + e.count());
    if (e.classes().size() > Prediction.KEPT) {
      figure(percent(e.topFiveAccuracy()), "right among the top 5", "");
    }
    figure(number("%.3f", e.meanLoss()), "mean loss", "cross-entropy, nats");
    figure(Integer.toString(content.best().epoch()), "best epoch", "of " + content.epochs().size() + " trained");
    figure(Report.duration(seconds), "training", number("%.0f images/s",
        content.epochs().stream().mapToDouble(EpochMetrics::imagesPerSecond).max().orElse(0)));
    page.append("</div>\n");
  }

  private void figure(String value, String label, String detail) {
    page.append("<div><b>").append(escape(value)).append("</b><span>").append(escape(label)).append("</span><small>")
        .append(escape(detail)).append("</small></div>");
  }

  private void warnings() {
    if (!content.warnings().isEmpty()) {
      page.append("<ul class=\"warnings\">");
      content.warnings().forEach(w -> page.append("<li>").append(escape(w)).append("</li>"));
      page.append("</ul>\n");
    }
  }

  private String epochs() {
    List<List<String>> rows = new ArrayList<>();
    for (EpochMetrics e : content.epochs()) {
      rows.add(List.of(Integer.toString(e.epoch()), e.phase(), number("%.4f", e.trainLoss()),
          percent(e.trainAccuracy()), number("%.4f", e.validationLoss()), percent(e.validationAccuracy()),
          number("%.6f", e.learningRate()), number("%.1f", e.imagesPerSecond()), number("%.1f", e.seconds())));
    }
    return table(List.of("epoch", "phase", "training loss", "training accuracy", "validation loss",
        "validation accuracy", "last learning rate", "images/s", "seconds"), rows);
  }

  private String classes() {
    List<List<String>> rows = new ArrayList<>();
    for (ClassScore s : content.evaluation().classScores()) {
      rows.add(List.of(s.name(), Integer.toString(s.images()), Integer.toString(s.right()), percent(s.precision()),
          percent(s.recall()), percent(s.f1())));
    }
    return table(List.of("class", "images", "right", "precision", "recall", "F1"), rows);
  }

  private void mistakes() throws IOException {
    if (content.mistakes().isEmpty()) {
      section("Worst mistakes", "<p class=\"note\">None: every image is right.</p>");
      return;
    }
    StringBuilder cards = new StringBuilder("<div class=\"cards\">");
    for (ShownImage m : content.mistakes()) {
      Prediction p = m.prediction();
      boolean tiny = Math.max(m.picture().getWidth(), m.picture().getHeight()) <= TINY;
      cards.append("<figure><img").append(tiny ? " class=\"tiny\"" : "").append(" alt=\"\" src=\"")
          .append(thumbnail(m.picture(), tiny)).append("\"><figcaption>")
          .append("<span class=\"wrong\">").append(escape(name(p.predicted()))).append("</span> ")
          .append(percent(p.probabilities()[0])).append("<br>truly ")
          .append("<span class=\"right\">").append(escape(name(p.label()))).append("</span> ")
          .append(percent(Math.exp(-p.loss()))).append("<small title=\"").append(escape(m.file())).append("\">")
          .append(escape(m.file())).append("</small></figcaption></figure>");
    }
    section("Worst mistakes", "<p class=\"note\">The wrong answers with the highest loss.</p>" + cards + "</div>");
  }

  private String name(int label) {
    return content.evaluation().classes().get(label);
  }

  private void badImages() {
    if (!content.badImages().isEmpty()) {
      section("Images left out (" + content.badImages().size() + ")", "<div class=\"long\">"
          + table(content.badImages()) + "</div>");
    }
  }

  private void section(String title, String html) {
    page.append("<section><h2>").append(escape(title)).append("</h2>").append(html).append("</section>\n");
  }

  private static String table(Map<String, String> entries) {
    return entries.entrySet().stream()
        .map(e -> "<tr><th>" + escape(e.getKey()) + "</th><td>" + escape(e.getValue()) + "</td></tr>")
        .collect(Collectors.joining("", "<table class=\"pairs\">", "</table>"));
  }

  private static String table(List<String> head, List<List<String>> rows) {
    StringBuilder html = new StringBuilder("<div class=\"long\"><table><thead><tr>");
    head.forEach(h -> html.append("<th>").append(escape(h)).append("</th>"));
    html.append("</tr></thead><tbody>");
    for (List<String> row : rows) {
      html.append("<tr>");
      row.forEach(cell -> html.append("<td>").append(escape(cell)).append("</td>"));
      html.append("</tr>");
    }
    return html.append("</tbody></table></div>").toString();
  }

  private static String percent(double share) {
    return Double.isNaN(share) ? "–" : number("%.1f\u00a0%%", 100 * share);
  }

  private static String number(String format, double value) {
    return String.format(Locale.ROOT, format, value);
  }

  private static String thumbnail(BufferedImage picture, boolean tiny) throws IOException {
    double scale = Math.min(1, (double) THUMBNAIL / Math.max(picture.getWidth(), picture.getHeight()));
    int width = Math.max(1, (int) Math.round(picture.getWidth() * scale));
    int height = Math.max(1, (int) Math.round(picture.getHeight() * scale));
    BufferedImage small = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    Graphics2D g = small.createGraphics();
    g.setRenderingHint(RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BICUBIC);
    g.drawImage(picture, 0, 0, width, height, null);
    g.dispose();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    String format = tiny ? "png" : "jpeg";
    ImageIO.write(small, format, bytes);
    return dataUri("image/" + format, bytes.toByteArray());
  }

  private static String dataUri(String type, byte[] bytes) {
    return "data:" + type + ";base64," + Base64.getEncoder().encodeToString(bytes);
  }

  private static String style() throws IOException {
    try (InputStream in = ReportPage.class.getResourceAsStream("report.css")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
