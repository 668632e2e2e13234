package org.resnet4j.training.cli;

import java.io.IOException;
import java.nio.file.Path;
import org.resnet4j.training.board.EventFile;
import org.resnet4j.training.loop.EpochMetrics;
import org.resnet4j.training.loop.TrainingObserver;

/** A run's TensorBoard events, beside its other files. */
final class BoardLog implements TrainingObserver, AutoCloseable {
  private final EventFile events;

  /** @param resumed the step that the run goes on after; -1 of a new run */
  BoardLog(Path folder, long resumed, String recipe) throws IOException {
    events = resumed < 0 ? EventFile.start(folder) : EventFile.resume(folder, resumed);
    if (resumed < 0) {
      events.text("recipe", 0, "```\n" + recipe + "```");
    }
  }

  @Override
  public void epochEnded(EpochMetrics epoch) throws IOException {
    scalar("loss/training", epoch, epoch.trainLoss());
    scalar("loss/validation", epoch, epoch.validationLoss());
    scalar("accuracy/training", epoch, epoch.trainAccuracy());
    scalar("accuracy/validation", epoch, epoch.validationAccuracy());
    scalar("accuracy/validation_top5", epoch, epoch.validationTopFive());
    scalar("speed/images_per_second", epoch, epoch.imagesPerSecond());
    scalar("speed/waiting_share", epoch, epoch.waiting());
    scalar("learning_rate", epoch, epoch.learningRate());
    events.flush();
  }

  private void scalar(String tag, EpochMetrics epoch, double value) throws IOException {
    if (!Double.isNaN(value)) {
      events.scalar(tag, epoch.iteration(), value);
    }
  }

  @Override
  public void close() throws IOException {
    events.close();
  }
}
