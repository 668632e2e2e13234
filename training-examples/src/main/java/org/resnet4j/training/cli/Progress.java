package org.resnet4j.training.cli;

import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import org.resnet4j.training.report.Report;

/**
 * How far a task is, on standard error: a bar on a terminal; elsewhere (a log, a pipe) a plain line every few seconds.
 */
interface Progress extends AutoCloseable {
  /** {@code images} more are done; {@code detail} is shown instead of the task's own time left, unless empty. */
  void step(long images, String detail);

  @Override
  void close();

  /** Starts a task of {@code images} images. */
  static Progress start(String task, long images, PrintStream err) {
    return onTerminal() ? new Bar(task, images, err) : new Lines(task, images, err);
  }

  /** Whether standard error is a terminal. */
  static boolean onTerminal() {
    try {
      return Files.readSymbolicLink(Path.of("/proc/self/fd/2")).toString().matches("/dev/(pts/\\d+|tty.*|console)");
    } catch (Exception notLinux) {
      // Elsewhere Java tells only about standard input and output together.
      return System.console() != null;
    }
  }

  /** On a terminal. */
  final class Bar implements Progress {
    private final ProgressBar bar;
    private final Pace pace;

    private Bar(String task, long images, PrintStream err) {
      pace = new Pace(images);
      // Short, so that an 80-column terminal shows all of it: no unit, and the time left in words of ours.
      bar = new ProgressBarBuilder().setTaskName(task).setInitialMax(images).showSpeed().hideEta()
          .setUpdateIntervalMillis(200).setConsumer(new ConsoleProgressBarConsumer(err)).clearDisplayOnFinish().build();
    }

    @Override
    public void step(long images, String detail) {
      pace.step(images);
      bar.stepBy(images);
      bar.setExtraMessage(" " + (detail.isEmpty() ? pace.left() : detail));
    }

    @Override
    public void close() {
      bar.close();
    }
  }

  /** Where no one could draw over a line. */
  final class Lines implements Progress {
    private static final long EVERY_NANOS = 5_000_000_000L;

    private final String task;
    private final Pace pace;
    private final PrintStream err;
    private long printed = System.nanoTime();

    private Lines(String task, long images, PrintStream err) {
      this.task = task;
      this.err = err;
      pace = new Pace(images);
    }

    @Override
    public void step(long images, String detail) {
      pace.step(images);
      if (System.nanoTime() - printed >= EVERY_NANOS) {
        printed = System.nanoTime();
        err.println(task + ": " + pace + ", " + (detail.isEmpty() ? pace.left() : detail));
      }
    }

    @Override
    public void close() {
      // The last line printed stands.
    }
  }

  /** How fast it goes. */
  final class Pace {
    private final long images;
    private final long started = System.nanoTime();
    private long done;

    private Pace(long images) {
      this.images = images;
    }

    private void step(long more) {
      done += more;
    }

    private double seconds() {
      return (System.nanoTime() - started) / 1e9;
    }

    private String left() {
      return Report.duration(seconds() / done * (images - done)) + " left";
    }

    @Override
    public String toString() {
      return String.format(Locale.ROOT, "%d of %d images, %.1f images/s", done, images, done / seconds());
    }
  }
}
