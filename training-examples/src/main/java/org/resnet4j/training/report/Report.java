package org.resnet4j.training.report;

import java.io.IOException;
import java.nio.file.Path;
import org.resnet4j.zoo.weights.AtomicFiles;
import org.resnet4j.zoo.weights.AtomicFiles.Content;

/** Writes a run's {@code curves.png}, {@code confusion-matrix.png} and {@code report.html}. */
public final class Report {
  public static final String CURVES = "curves.png";
  public static final String CONFUSION_MATRIX = "confusion-matrix.png";
  public static final String PAGE = "report.html";

  private static final int CHARTS_A_ROW = 2;

  private Report() {}

  /** Writes the three files into a folder that exists; each replaces one of its name as a whole. */
  public static void write(ReportContent content, Path folder) throws IOException {
    ReportPictures light = ReportPictures.draw(content, Theme.LIGHT);
    byte[] curves = Html.encoded("png", Chart.grid(light.curves(), CHARTS_A_ROW, Theme.LIGHT));
    byte[] confusion = Html.encoded("png", light.confusion());
    AtomicFiles.write(folder.resolve(CURVES), Content.of(curves));
    AtomicFiles.write(folder.resolve(CONFUSION_MATRIX), Content.of(confusion));
    ReportPictures dark = ReportPictures.draw(content, Theme.DARK);
    AtomicFiles.write(folder.resolve(PAGE), Content.of(new ReportPage(content, light, dark).html()));
  }

  /** "12 s", "3 min 20 s", "2 h 5 min". */
  public static String duration(double seconds) {
    long s = Math.round(seconds);
    return s < 60 ? s + " s" : s < 3600 ? s / 60 + " min " + s % 60 + " s" : s / 3600 + " h " + s % 3600 / 60 + " min";
  }
}
