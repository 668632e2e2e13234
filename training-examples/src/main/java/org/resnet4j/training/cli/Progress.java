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
public interface Progress extends AutoCloseable {
  /** So many more are done; {@code detail} is shown instead of the task's own time left, unless empty. */
  void step(long more, String detail);

  @Override
  void close();

  /** Starts a task of so many images. */
  static Progress start(String task, long images, PrintStream err) {
    return start(task, images, "images", err);
  }

  /** Starts a task of so many units, named in the plural. */
  static Progress start(String task, long count, String unit, PrintStream err) {
    Pace pace = new Pace(count, unit);
    return onTerminal() ? new Bar(task, pace, err) : new Lines(task, pace, err);
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

    private Bar(String task, Pace pace, PrintStream err) {
      this.pace = pace;
      // Short, so that an 80-column terminal shows all of it: no unit, and the time left in words of ours.
      bar = new ProgressBarBuilder().setTaskName(task).setInitialMax(pace.count).showSpeed().hideEta()
          .setUpdateIntervalMillis(200).setConsumer(new ConsoleProgressBarConsumer(err)).clearDisplayOnFinish().build();
    }

    @Override
    public void step(long more, String detail) {
      pace.step(more);
      bar.stepBy(more);
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

    private Lines(String task, Pace pace, PrintStream err) {
      this.task = task;
      this.err = err;
      this.pace = pace;
    }

    @Override
    public void step(long more, String detail) {
      pace.step(more);
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
    private final long count;
    private final String unit;
    private final long started = System.nanoTime();
    private long done;

    private Pace(long count, String unit) {
      this.count = count;
      this.unit = unit;
    }

    private void step(long more) {
      done += more;
    }

    private double seconds() {
      return (System.nanoTime() - started) / 1e9;
    }

    private String left() {
      return Report.duration(seconds() / done * (count - done)) + " left";
    }

    @Override
    public String toString() {
      return String.format(Locale.ROOT, "%d of %d %s, %.1f %s/s", done, count, unit, done / seconds(), unit);
    }
  }
}
