package org.resnet4j.training.report;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import org.resnet4j.zoo.weights.AtomicFiles;
import org.resnet4j.zoo.weights.AtomicFiles.Content;

/** Writes a run's {@code curves.png}, {@code confusion-matrix.png} and {@code report.html}. */
public final class Report {
  public static final String CURVES = "curves.png";
  public static final String CONFUSION_MATRIX = "confusion-matrix.png";
  public static final String PAGE = "report.html";

  private Report() {}

  /** Writes the three files into a folder that exists; each replaces one of its name as a whole. */
  public static void write(ReportContent content, Path folder) throws IOException {
    byte[] curves = png(CurvesPicture.draw(content.epochs()));
    BufferedImage matrix = ConfusionPicture.draw(content.evaluation());
    byte[] confusion = png(matrix);
    AtomicFiles.write(folder.resolve(CURVES), Content.of(curves));
    AtomicFiles.write(folder.resolve(CONFUSION_MATRIX), Content.of(confusion));
    String page = new ReportPage(content, curves, confusion, matrix.getWidth() / ConfusionPicture.SCALE).html();
    AtomicFiles.write(folder.resolve(PAGE), Content.of(page));
  }

  /** "12 s", "3 min 20 s", "2 h 5 min". */
  public static String duration(double seconds) {
    long s = Math.round(seconds);
    return s < 60 ? s + " s" : s < 3600 ? s / 60 + " min " + s % 60 + " s" : s / 3600 + " h " + s % 3600 / 60 + " min";
  }

  private static byte[] png(BufferedImage picture) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ImageIO.write(picture, "png", bytes);
    return bytes.toByteArray();
  }
}
