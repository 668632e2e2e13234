package org.resnet4j.benchmarks.contest;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.resnet4j.benchmarks.worker.Floats;
import org.resnet4j.benchmarks.worker.Job;
import org.resnet4j.benchmarks.worker.Reply;
import org.resnet4j.benchmarks.worker.Variant;

/** A variant of a contender, warm in its process, and what was measured of it so far. */
final class Entrant {
  private static final String RUN = "run";

  private final Contender contender;
  private final Variant variant;
  private final Setting setting;
  private final WorkerProcess worker;
  private final double startSeconds;
  private final Reply.First first;
  private final double deviation;
  private final List<long[]> rounds = new ArrayList<>();

  private Entrant(Contender contender, Variant variant, Setting setting, WorkerProcess worker, double startSeconds,
      Reply.First first, double deviation) {
    this.contender = contender;
    this.variant = variant;
    this.setting = setting;
    this.worker = worker;
    this.startSeconds = startSeconds;
    this.first = first;
    this.deviation = deviation;
  }

  /** Its result is as far from Deeplearning4j's as another network's would be. */
  static final class DifferentResult extends Exception {
    private static final long serialVersionUID = 1L;

    DifferentResult(Job job, double deviation, double tolerance) {
      super(String.format(Locale.ROOT, switch (job) {
        case INFERENCE -> "its output differs by %.3g of Deeplearning4j's largest value; %.3g is allowed";
        case TRAINING -> "the losses of its first steps differ by %.3g of Deeplearning4j's; %.3g is allowed";
      }, deviation, tolerance));
    }
  }

  /** Starts a worker, waits until it is warm, and compares what it computes. */
  static Entrant enter(Contender contender, Variant variant, Setting setting, PreparedModel model, Workers workers)
      throws WorkerFailure, DifferentResult {
    WorkerProcess worker = workers.start(contender, variant, setting, model);
    boolean entered = false;
    try {
      Reply.First first = worker.await(Reply.First.class);
      double startSeconds = worker.secondsSinceStart();
      Path output = workers.output(contender, variant, setting);
      double ofFirst = checkedDeviation(contender, setting, output, model);
      worker.await(Reply.Ready.class);
      double deviation = Math.max(ofFirst, checkedDeviation(contender, setting, output, model));
      entered = true;
      return new Entrant(contender, variant, setting, worker, startSeconds, first, deviation);
    } catch (IOException e) {
      throw new WorkerFailure(e.getMessage());
    } finally {
      if (!entered) {
        worker.kill();
      }
    }
  }

  private static double checkedDeviation(Contender contender, Setting setting, Path output, PreparedModel model)
      throws IOException, DifferentResult {
    float[] found = Floats.readAll(output);
    double deviation = switch (setting.job()) {
      case INFERENCE -> Deviation.of(found, Floats.readAll(model.files().expected()), setting.batch());
      case TRAINING -> Deviation.of(found, Floats.readAll(model.files().expectedLosses(setting.batch())),
          found.length);
    };
    double tolerance = contender.type().tolerance(setting.job());
    if (deviation > tolerance) {
      throw new DifferentResult(setting.job(), deviation, tolerance);
    }
    return deviation;
  }

  Contender contender() {
    return contender;
  }

  WorkerProcess worker() {
    return worker;
  }

  /** Measures a round and keeps it. */
  void round() throws WorkerFailure {
    worker.order(RUN);
    rounds.add(worker.await(Reply.Round.class).nanos());
  }

  /** What was measured until now is forgotten, as with a trial. */
  void forget() {
    rounds.clear();
  }

  double imagesPerSecond() {
    return setting.batch() * new Rounds(rounds).bestRate();
  }

  /** One line for who watches. */
  String describe() {
    return String.format(Locale.ROOT, "%s%s: first result after %.1f s, %.1f s of it compiling, deviation %.1e",
        contender.label(), variant == Variant.ONLY ? "" : " (" + variant.label() + ")", startSeconds,
        first.compileSeconds(), deviation);
  }

  Measurement measurement() {
    return new Measurement(contender, variant, setting.batch(), new Rounds(rounds), worker.peakBytes(),
        startSeconds, first.compileSeconds(), deviation, first.versions());
  }
}
