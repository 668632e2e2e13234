package org.resnet4j.training.report;

import static org.resnet4j.training.report.Html.escape;
import static org.resnet4j.training.report.Html.given;
import static org.resnet4j.training.report.Html.number;
import static org.resnet4j.training.report.Html.percent;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;
import org.resnet4j.training.loop.EpochMetrics;
import org.resnet4j.training.loop.Evaluation;
import org.resnet4j.training.loop.Evaluation.ClassScore;
import org.resnet4j.training.loop.Prediction;

/** {@code report.html}: one file with its style and pictures inside, readable offline and by mail. */
final class ReportPage {
  private static final int MOST_CONFUSIONS = 20;

  private final ReportContent content;
  private final Evaluation evaluation;
  private final ReportPictures light;
  private final ReportPictures dark;
  private final ImageCards cards;
  private final Map<String, String> links = new LinkedHashMap<>();
  private final StringBuilder sections = new StringBuilder();

  ReportPage(ReportContent content, ReportPictures light, ReportPictures dark) {
    this.content = content;
    this.light = light;
    this.dark = dark;
    evaluation = content.evaluation();
    cards = new ImageCards(evaluation.classes());
  }

  String html() throws IOException {
    section("training", "Training", training());
    section("confusion", "Confusion matrix", confusion());
    section("classes", "Classes", classes());
    mistakes();
    examples();
    if (!content.badImages().isEmpty()) {
      section("left-out", "Images left out (" + content.badImages().size() + ")",
          "<div class=\"long\">" + Html.pairs(content.badImages()) + "</div>");
    }
    section("run", "The run", Html.pairs(content.settings()));
    if (content.extras().recipe().isPresent()) {
      section("recipe", "Recipe", Html.verbatim(content.extras().recipe().get()));
    }
    section("machine", "Machine and versions", Html.pairs(content.environment()));

    StringBuilder body = new StringBuilder("<header><h1>").append(escape(content.title())).append("</h1><p>")
        .append(escape(content.summary())).append("</p><nav>");
    links.forEach((id, title) -> body.append("<a href=\"#").append(id).append("\">").append(escape(title))
        .append("</a> "));
    body.append("</nav></header>\n").append(figures()).append(warnings()).append(sections);
    return Html.page(content.title(), body.toString());
  }

  private void section(String id, String title, String html) {
    links.put(id, title);
    sections.append(Html.section(id, title, html));
  }

  private String figures() {
    double seconds = finite(EpochMetrics::seconds).sum();
    long trained = content.epochs().stream().filter(e -> e.epoch() > 0).count();
    OptionalDouble waiting = finite(EpochMetrics::waiting).average();
    StringBuilder html = new StringBuilder("<div class=\"figures\">");
    html.append(figure(percent(evaluation.accuracy()), "right on the " + content.evaluatedOn() + " images",
        evaluation.right() + " of " + evaluation.count()));
    if (evaluation.classes().size() > Prediction.KEPT) {
      html.append(figure(percent(evaluation.topFiveAccuracy()), "right among the top 5", ""));
    }
    html.append(figure(number("%.3f", evaluation.meanLoss()), "mean loss", "cross-entropy, nats"));
    html.append(figure(Integer.toString(content.best().epoch()), "best epoch",
        "of " + trained + " trained"));
    html.append(figure(Report.duration(seconds), "training",
        number("%.0f images/s", finite(EpochMetrics::imagesPerSecond).max().orElse(0))
            + (waiting.isPresent() ? ", " + percent(waiting.getAsDouble()) + " of the time waiting for images" : "")));
    return html.append("</div>\n").toString();
  }

  /** The values of the epochs that have one: an untrained net's has no time, for one. */
  private DoubleStream finite(ToDoubleFunction<EpochMetrics> value) {
    return content.epochs().stream().mapToDouble(value).filter(Double::isFinite);
  }

  private static String figure(String value, String label, String detail) {
    return "<div><b>" + escape(value) + "</b><span>" + escape(label) + "</span><small>" + escape(detail)
        + "</small></div>";
  }

  private String warnings() {
    if (content.warnings().isEmpty()) {
      return "";
    }
    StringBuilder html = new StringBuilder("<ul class=\"warnings\">");
    content.warnings().forEach(w -> html.append("<li>").append(escape(w)).append("</li>"));
    return html.append("</ul>\n").toString();
  }

  private String training() throws IOException {
    List<String> names = List.of("Loss of each epoch", "Accuracy of each epoch", "Learning rate", "Seconds an epoch");
    StringBuilder html = new StringBuilder("<div class=\"charts\">");
    for (int i = 0; i < names.size(); i++) {
      html.append(Html.picture(names.get(i), "chart", light.curves().get(i), dark.curves().get(i)));
    }
    return html.append("</div><details><summary>Each epoch</summary>").append(epochs()).append("</details>").toString();
  }

  private String epochs() {
    List<List<String>> rows = new ArrayList<>();
    for (EpochMetrics e : content.epochs()) {
      rows.add(List.of(Integer.toString(e.epoch()), e.phase(), given("%.4f", e.trainLoss()),
          percent(e.trainAccuracy()), given("%.4f", e.validationLoss()), percent(e.validationAccuracy()),
          percent(e.validationTopFive()), given("%.6f", e.learningRate()), given("%.1f", e.imagesPerSecond()),
          percent(e.waiting()), given("%.1f", e.seconds())));
    }
    return Html.table(List.of("epoch", "phase", "training loss", "training accuracy", "validation loss",
        "validation accuracy", "validation top-5", "last learning rate", "images/s", "waiting", "seconds"), rows);
  }

  private String confusion() throws IOException {
    String html = "<p class=\"note\">Rows are the true classes, columns the predicted ones; colour is the share of the"
        + " row, blue where right, orange where wrong.</p>"
        + Html.picture("Confusion matrix", "matrix", light.confusion(), dark.confusion());
    List<Confusion> worst = Confusion.most(evaluation, MOST_CONFUSIONS);
    if (worst.isEmpty()) {
      return html;
    }
    List<List<String>> rows = worst.stream().map(c -> List.of("<td>" + escape(c.truth()) + "</td>",
        "<td>" + escape(c.taken()) + "</td>", "<td>" + c.images() + "</td>", Html.share(c.share()))).toList();
    return html + "<h3>Taken for another most often</h3>" + Html.rawTable(List.of("class", "taken for", "images",
        "share of the class"), rows);
  }

  private String classes() {
    List<List<String>> rows = new ArrayList<>();
    for (ClassScore s : evaluation.classScores()) {
      rows.add(List.of("<td>" + escape(s.name()) + "</td>", "<td>" + s.images() + "</td>", "<td>" + s.right() + "</td>",
          Html.share(s.precision()), Html.share(s.recall()), Html.share(s.f1())));
    }
    return "<p class=\"note\">Precision: of the images taken for the class, the share that is of it. Recall: of the"
        + " class's images, the share found. F1: their harmonic mean.</p>"
        + Html.rawTable(List.of("class", "images", "right", "precision", "recall", "F1"), rows);
  }

  private void mistakes() throws IOException {
    section("mistakes", "Worst mistakes", content.mistakes().isEmpty()
        ? "<p class=\"note\">None: every image is right.</p>"
        : "<p class=\"note\">The wrong answers with the highest loss." + evidence(content.mistakes(), true) + "</p>"
            + cards.cards(content.mistakes()));
  }

  private void examples() throws IOException {
    List<ShownImage> examples = content.extras().examples();
    if (!examples.isEmpty()) {
      List<ShownImage> shown = examples.subList(0, Math.min(examples.size(), ReportExtras.MOST_EXAMPLES));
      section("right", "Right answers", "<p class=\"note\">" + (shown.size() < examples.size()
          ? shown.size() + " of " + examples.size() + " images." : "Images that the net got right.")
          + evidence(shown, false) + "</p>" + cards.cards(shown));
    }
  }

  /** What the maps are, if there are any. */
  private static String evidence(List<ShownImage> images, boolean wrong) {
    if (images.stream().noneMatch(i -> i.evidence().isPresent())) {
      return "";
    }
    return " Beside each, on the part that the net sees: where in the image it found the class that it named"
        + (wrong ? ", then where it found the true one" : "") + ", brightest where most (Grad-CAM, each map on a scale"
        + " of its own; dark everywhere: nothing speaks for the class).";
  }
}
