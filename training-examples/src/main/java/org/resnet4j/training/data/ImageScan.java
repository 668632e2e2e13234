package org.resnet4j.training.data;

import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.resnet4j.training.data.DataException.Kind;
import org.resnet4j.training.data.FolderLayout.ImageFile;
import org.resnet4j.zoo.image.ImageException;

/** Decodes every file in full, as only that finds truncated and damaged ones, and hashes its bytes. */
final class ImageScan {
  /** One of hash and bad is null. */
  record Result(ImageFile file, String hash, BadImage bad) { }

  private final List<ImageFile> files;
  private final FolderOptions options;
  private final Result[] results;
  private final AtomicInteger next = new AtomicInteger();
  private int done;

  private ImageScan(List<ImageFile> files, FolderOptions options) {
    this.files = files;
    this.options = options;
    results = new Result[files.size()];
  }

  /** The results in the order of the files. */
  static List<Result> run(List<ImageFile> files, FolderOptions options) {
    ImageScan scan = new ImageScan(files, options);
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
      results[i] = check(files.get(i));
      report();
    }
  }

  private synchronized void report() {
    options.progress().scanned(++done, results.length);
  }

  private Result check(ImageFile file) {
    try {
      byte[] content = options.decoder().readBytes(file.path());
      options.decoder().decode(content, file.path().toString());
      MessageDigest digest = Fingerprint.sha256();
      digest.update(content);
      return new Result(file, Fingerprint.hex(digest), null);
    } catch (ImageException e) {
      return new Result(file, null, new BadImage(file.path(), e.reason()));
    }
  }
}
