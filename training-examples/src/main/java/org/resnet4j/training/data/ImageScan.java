package org.resnet4j.training.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.resnet4j.training.data.DataException.Kind;

/** Checks every file in threads of this machine. */
public final class ImageScan<P> {
  private final List<P> files;
  private final Function<P, CheckedImage> check;
  private final FolderOptions options;
  private final CheckedImage[] results;
  private final AtomicInteger next = new AtomicInteger();
  private int done;

  private ImageScan(List<P> files, Function<P, CheckedImage> check, FolderOptions options) {
    this.files = files;
    this.check = check;
    this.options = options;
    results = new CheckedImage[files.size()];
  }

  /**
   * The results in the order of the files. What {@code check} throws ends the scan.
   *
   * @param options say how many threads, and who hears how far it is
   */
  public static <P> List<CheckedImage> run(List<P> files, Function<P, CheckedImage> check, FolderOptions options) {
    ImageScan<P> scan = new ImageScan<>(files, check, options);
    ExecutorService workers = Executors.newFixedThreadPool(options.threads());
    try {
      List<Future<?>> running = new ArrayList<>();
      for (int i = 0; i < options.threads(); i++) {
        running.add(workers.submit(scan::work));
      }
      for (Future<?> worker : running) {
        worker.get();
      }
      return Arrays.asList(scan.results);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new DataException(Kind.INTERRUPTED, "interrupted while checking images", e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof Error error) {
        throw error;
      }
      throw (RuntimeException) e.getCause();
    } finally {
      workers.shutdownNow();
    }
  }

  private void work() {
    int i;
    while ((i = next.getAndIncrement()) < results.length && !Thread.currentThread().isInterrupted()) {
      results[i] = check.apply(files.get(i));
      report();
    }
  }

  private synchronized void report() {
    options.progress().scanned(++done, results.length);
  }
}
