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
  /** {@code images} more are done; {@code detail} is shown behind the figures and may be empty. */
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

    private Bar(String task, long images, PrintStream err) {
      bar = new ProgressBarBuilder().setTaskName(task).setInitialMax(images).setUnit(" images", 1).showSpeed()
          .setUpdateIntervalMillis(200).setConsumer(new ConsoleProgressBarConsumer(err)).clearDisplayOnFinish().build();
    }

    @Override
    public void step(long images, String detail) {
      bar.stepBy(images);
      bar.setExtraMessage(" " + detail);
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
    private final long images;
    private final PrintStream err;
    private final long started = System.nanoTime();
    private long printed = started;
    private long done;

    private Lines(String task, long images, PrintStream err) {
      this.task = task;
      this.images = images;
      this.err = err;
    }

    @Override
    public void step(long more, String detail) {
      done += more;
      long now = System.nanoTime();
      if (now - printed < EVERY_NANOS) {
        return;
      }
      printed = now;
      double seconds = (now - started) / 1e9;
      err.printf(Locale.ROOT, "%s: %d of %d images, %.1f images/s, %s left%s%n", task, done, images, done / seconds,
          Report.duration(seconds / done * (images - done)), detail.isEmpty() ? "" : ", " + detail);
    }

    @Override
    public void close() {
      // The last line printed stands.
    }
  }
}
