package org.resnet4j.training.cli;

import java.io.PrintStream;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import org.resnet4j.zoo.store.DownloadListener;
import org.resnet4j.zoo.store.WeightStoreException;

/** How far a download is, on standard error. Closing it ends the bar, also of one that failed. */
final class DownloadProgress implements DownloadListener, AutoCloseable {
  private static final long MEGABYTE = 1_000_000;

  private final PrintStream err;
  /** Of the running attempt; null before it and where the server doesn't say how much there is. */
  private Progress progress;
  private long megabytes;

  DownloadProgress(PrintStream err) {
    this.err = err;
  }

  @Override
  public void waiting(Path file) {
    err.println(Printable.of(file) + " is being fetched by another process: waiting for it.");
  }

  @Override
  public void started(URI from, long kept, long total) {
    String size = total < 0 ? "" : String.format(Locale.ROOT, " (%.1f MB%s)", total / (double) MEGABYTE,
        kept == 0 ? "" : String.format(Locale.ROOT, ", of which %.1f are here", kept / (double) MEGABYTE));
    err.println("Fetching " + Printable.of(from) + size + ".");
    megabytes = kept / MEGABYTE;
    progress = total < 0 ? null : Progress.start("Fetching", total / MEGABYTE - megabytes, "MB", err);
  }

  @Override
  public void received(long received, long total) {
    long now = received / MEGABYTE;
    if (progress != null && now > megabytes) {
      progress.step(now - megabytes, "");
      megabytes = now;
    }
  }

  @Override
  public void retrying(WeightStoreException failure, Duration pause) {
    close();
    err.printf(Locale.ROOT, "%s Trying again in %.1f s.%n", Printable.of(failure.getMessage()),
        pause.toMillis() / 1000.0);
  }

  @Override
  public void finished(Path file) {
    close();
    err.println("Checked and kept as " + Printable.of(file) + ".");
  }

  @Override
  public void close() {
    if (progress != null) {
      progress.close();
      progress = null;
    }
  }
}
