package org.resnet4j.training.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import org.resnet4j.training.loop.EpochMetrics;
import org.resnet4j.training.loop.TrainingObserver;

/** Tells the site when a run's files have changed; the last of the observers, so that the others have written. */
record Sent(Site site) implements TrainingObserver {
  @Override
  public void epochEnded(EpochMetrics epoch) throws IOException {
    site.written();
  }

  @Override
  public void checkpointed(long steps) {
    try {
      site.written();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
