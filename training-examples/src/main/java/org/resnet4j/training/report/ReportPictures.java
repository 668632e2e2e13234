package org.resnet4j.training.report;

import java.awt.image.BufferedImage;
import java.util.List;

/** A report's own pictures in one set of colours. */
record ReportPictures(List<BufferedImage> curves, BufferedImage confusion) {
  static ReportPictures draw(ReportContent content, Theme theme) {
    return new ReportPictures(
        CurvesPicture.charts(content.epochs(), content.best(), theme).stream().map(Chart::draw).toList(),
        ConfusionPicture.draw(content.evaluation(), theme));
  }
}
