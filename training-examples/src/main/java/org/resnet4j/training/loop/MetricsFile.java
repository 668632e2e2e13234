package org.resnet4j.training.loop;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Locale;
import org.resnet4j.zoo.weights.AtomicFiles;
import org.resnet4j.zoo.weights.AtomicFiles.Content;

/** {@code metrics.csv}: one row an epoch, appended when the epoch is through, so that the file is always whole. */
public final class MetricsFile {
  /** The first line; later versions add columns at its end only. */
  public static final String HEADER =
      "epoch,train_loss,train_accuracy,val_loss,val_accuracy,learning_rate,images_per_second,seconds,phase,val_top5,"
          + "iteration,waiting_share";

  private final Path file;

  /** Starts a file with the epochs that a run has behind it, replacing one that is there as a whole. */
  public MetricsFile(Path file, List<EpochMetrics> behind) throws IOException {
    this.file = file;
    StringBuilder rows = new StringBuilder(HEADER).append('\n');
    behind.forEach(epoch -> rows.append(row(epoch)));
    AtomicFiles.write(file, Content.of(rows.toString()));
  }

  /** Appends a row. */
  public void add(EpochMetrics epoch) throws IOException {
    Files.writeString(file, row(epoch), StandardOpenOption.APPEND);
  }

  private static String row(EpochMetrics e) {
    return String.join(",", Integer.toString(e.epoch()), number("%.6f", e.trainLoss()),
        number("%.6f", e.trainAccuracy()), number("%.6f", e.validationLoss()),
        number("%.6f", e.validationAccuracy()), number("%.8f", e.learningRate()),
        number("%.2f", e.imagesPerSecond()), number("%.3f", e.seconds()), e.phase(),
        number("%.6f", e.validationTopFive()), Long.toString(e.iteration()), number("%.4f", e.waiting())) + "\n";
  }

  /** Nothing where there is no number, as spreadsheets have it. */
  private static String number(String format, double value) {
    return Double.isNaN(value) ? "" : String.format(Locale.ROOT, format, value);
  }
}
