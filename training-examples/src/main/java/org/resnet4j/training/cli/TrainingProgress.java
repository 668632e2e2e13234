package org.resnet4j.training.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.util.Locale;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.resnet4j.engine.FastComputationGraph;
import org.resnet4j.training.loop.EpochMetrics;
import org.resnet4j.training.loop.MetricsFile;
import org.resnet4j.training.loop.TrainingObserver;
import org.resnet4j.training.loop.TrainingPhase;
import org.resnet4j.training.report.Report;

/** Shows a run on standard error, writes its rows to {@code metrics.csv}, and saves each better model. */
final class TrainingProgress implements TrainingObserver {
  /** Saves a graph where the run's model goes. */
  @FunctionalInterface
  interface Saver {
    void save(ComputationGraph graph) throws IOException;
  }

  private final int trainingImages;
  private final int validationImages;
  private final MetricsFile metrics;
  private final Saver saver;
  private final boolean profiled;
  private final PrintStream err;
  private final long started = System.nanoTime();
  private Progress progress;
  private StepProfile profile;
  private int epoch;
  private int epochs;
  private long seen;
  private volatile int savedEpoch;

  /** @param profiled whether to tell what the time of steps goes to, where that can be measured */
  TrainingProgress(int trainingImages, int validationImages, MetricsFile metrics, Saver saver, boolean profiled,
      PrintStream err) {
    this.trainingImages = trainingImages;
    this.validationImages = validationImages;
    this.metrics = metrics;
    this.saver = saver;
    this.profiled = profiled;
    this.err = err;
  }

  /** The epoch whose model is on disk; 0 while none is. */
  int savedEpoch() {
    return savedEpoch;
  }

  @Override
  public void phaseStarted(TrainingPhase phase, ComputationGraph graph) {
    profile = profiled && graph instanceof FastComputationGraph fast ? new StepProfile(fast) : null;
  }

  @Override
  public void epochStarted(int epoch, int epochs, TrainingPhase phase) {
    this.epoch = epoch;
    this.epochs = epochs;
    progress = Progress.start("Epoch " + epoch + "/" + epochs, (epoch == 0 ? 0 : trainingImages) + validationImages,
        err);
  }

  @Override
  public void batchTrained(int images, double seconds, double loss, double accuracy) {
    if (profile != null) {
      profile.step(images, seconds);
    }
    step(images, String.format(Locale.ROOT, "loss %.2f, accuracy %.1f %%", loss, 100 * accuracy));
  }

  @Override
  public void batchValidated(int images) {
    step(images, "validating");
  }

  private void step(int images, String detail) {
    seen += images;
    long all = (long) epochs * (trainingImages + validationImages);
    double secondsLeft = (System.nanoTime() - started) / 1e9 / seen * (all - seen);
    progress.step(images, detail + ", " + Report.duration(secondsLeft) + " left");
  }

  @Override
  public void epochEnded(EpochMetrics e) throws IOException {
    close();
    metrics.add(e);
    if (e.epoch() == 0) {
      err.printf(Locale.ROOT, "Before training: validation loss %.4f, accuracy %.1f %%%n", e.validationLoss(),
          100 * e.validationAccuracy());
      return;
    }
    err.printf(Locale.ROOT, "Epoch %d/%d (%s): training loss %.4f, accuracy %.1f %%; validation loss %.4f, accuracy"
        + " %.1f %%; %.1f images/s, %.1f %% of the time waiting for images; %s%n", epoch, epochs, e.phase(),
        e.trainLoss(), 100 * e.trainAccuracy(), e.validationLoss(), 100 * e.validationAccuracy(), e.imagesPerSecond(),
        100 * e.waiting(), Report.duration(e.seconds()));
  }

  @Override
  public void improved(ComputationGraph graph, EpochMetrics e) throws IOException {
    saver.save(graph);
    savedEpoch = e.epoch();
  }

  @Override
  public void phaseEnded(TrainingPhase phase, ComputationGraph graph) {
    if (profile != null) {
      close();
      err.print(profile.table(phase.name()));
    }
  }

  /** Takes the bar away. */
  void close() {
    if (progress != null) {
      progress.close();
      progress = null;
    }
  }
}
