package org.resnet4j.spark.cli;

import java.io.PrintStream;
import org.resnet4j.training.cli.Progress;

/** A bar that begins once the images are counted. */
final class CountedProgress implements AutoCloseable {
  private final String task;
  private final PrintStream err;
  private Progress progress;
  private int told;

  CountedProgress(String task, PrintStream err) {
    this.task = task;
    this.err = err;
  }

  void start(int images) {
    progress = Progress.start(task, images, err);
  }

  /** @param images of all */
  void done(int images) {
    progress.step(images - told, "");
    told = images;
  }

  @Override
  public void close() {
    if (progress != null) {
      progress.close();
    }
  }
}
