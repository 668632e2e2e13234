package org.resnet4j.training.report;

import static org.resnet4j.training.report.Html.escape;

import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.util.List;
import org.resnet4j.training.loop.Prediction;
import org.resnet4j.training.report.ShownImage.Evidence;

/** Images of the report, each with what the net said and, where it is known, with where it saw it. */
final class ImageCards {
  private static final int THUMBNAIL = 176;
  /** Below this side a picture is shown pixel by pixel, and JPEG would smear it. */
  private static final int TINY = 64;

  private final List<String> classes;

  ImageCards(List<String> classes) {
    this.classes = classes;
  }

  String cards(List<ShownImage> images) throws IOException {
    boolean explained = images.stream().anyMatch(i -> i.evidence().isPresent());
    StringBuilder html = new StringBuilder("<div class=\"cards" + (explained ? " explained" : "") + "\">");
    for (ShownImage image : images) {
      html.append(card(image));
    }
    return html.append("</div>").toString();
  }

  private String card(ShownImage image) throws IOException {
    Prediction p = image.prediction();
    StringBuilder html = new StringBuilder("<figure><div class=\"views\">").append(view("", image.picture(), ""));
    if (image.evidence().isPresent()) {
      Evidence evidence = image.evidence().get();
      html.append(view(p.right() ? "right" : "wrong", overlay(evidence.predicted(), evidence.seen()),
          "evidence for " + name(p.predicted())));
      if (evidence.truth().isPresent()) {
        html.append(view("right", overlay(evidence.truth().get(), evidence.seen()), "evidence for " + name(p.label())));
      }
    }
    html.append("</div><figcaption>");
    if (p.right()) {
      html.append(named("right", p.predicted())).append(' ').append(Html.percent(p.probabilities()[0]));
    } else {
      html.append(named("wrong", p.predicted())).append(' ').append(Html.percent(p.probabilities()[0]))
          .append("<br>truly ").append(named("right", p.label())).append(' ').append(Html.percent(Math.exp(-p.loss())));
    }
    return html.append("<small title=\"").append(escape(image.file())).append("\">").append(escape(image.file()))
        .append("</small></figcaption></figure>").toString();
  }

  private String named(String style, int label) {
    return "<span class=\"" + style + "\" title=\"" + escape(name(label)) + "\">" + escape(name(label)) + "</span>";
  }

  private String name(int label) {
    return classes.get(label);
  }

  private static String view(String style, BufferedImage picture, String alternative) throws IOException {
    boolean tiny = Math.max(picture.getWidth(), picture.getHeight()) <= TINY;
    return "<img class=\"" + style + (tiny ? " tiny" : "") + "\" alt=\"" + escape(alternative) + "\" title=\""
        + escape(alternative) + "\" src=\"" + (tiny ? Html.dataUri("png", scaled(picture, 1, true))
        : Html.dataUri("jpeg", scaled(picture, Math.min(1, share(picture)), true))) + "\">";
  }

  /** A map is smooth, so small images are enlarged first, pixel by pixel. */
  private static BufferedImage overlay(float[][] map, BufferedImage seen) {
    double share = share(seen);
    return GradCam.overlay(map, share > 1 ? scaled(seen, Math.floor(share), false) : scaled(seen, share, true));
  }

  private static double share(BufferedImage picture) {
    return (double) THUMBNAIL / Math.max(picture.getWidth(), picture.getHeight());
  }

  private static BufferedImage scaled(BufferedImage picture, double scale, boolean smooth) {
    int width = Math.max(1, (int) Math.round(picture.getWidth() * scale));
    int height = Math.max(1, (int) Math.round(picture.getHeight() * scale));
    BufferedImage scaled = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    Graphics2D g = scaled.createGraphics();
    g.setRenderingHint(RenderingHints.KEY_INTERPOLATION, smooth ? RenderingHints.VALUE_INTERPOLATION_BICUBIC
        : RenderingHints.VALUE_INTERPOLATION_NEAREST_NEIGHBOR);
    g.drawImage(picture, 0, 0, width, height, null);
    g.dispose();
    return scaled;
  }
}
