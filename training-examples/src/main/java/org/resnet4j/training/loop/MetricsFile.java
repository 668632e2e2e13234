package org.resnet4j.training.loop;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Locale;

/** {@code metrics.csv}: one row an epoch, appended when the epoch is through, so that the file is always whole. */
public final class MetricsFile {
  /** The first line; later versions add columns at its end only. */
  public static final String HEADER =
      "epoch,train_loss,train_accuracy,val_loss,val_accuracy,learning_rate,images_per_second,seconds,phase";

  private final Path file;

  /** Starts a file, replacing one that is there. */
  public MetricsFile(Path file) throws IOException {
    this.file = file;
    Files.writeString(file, HEADER + "\n");
  }

  /** Appends a row. */
  public void add(EpochMetrics e) throws IOException {
    String row = String.format(Locale.ROOT, "%d,%.6f,%.6f,%.6f,%.6f,%.8f,%.2f,%.3f,%s\n",
        e.epoch(), e.trainLoss(), e.trainAccuracy(), e.validationLoss(), e.validationAccuracy(),
        e.learningRate(), e.imagesPerSecond(), e.seconds(), e.phase());
    Files.writeString(file, row, StandardOpenOption.APPEND);
  }
}
