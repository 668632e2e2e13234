package org.resnet4j.zoo.store;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Told what a {@link WeightStore} does, in the thread that asked for the file. Nothing is called for a cached file. */
public interface DownloadListener {
  /** Hears nothing. */
  DownloadListener SILENT = new DownloadListener() {};

  /** Another process or thread fetches the same file; called once. */
  default void waiting(Path file) {}

  /**
   * An answer has begun.
   *
   * @param from the address, after redirects
   * @param kept bytes that an earlier attempt left
   * @param total bytes of the whole file; -1 if the server doesn't say
   */
  default void started(URI from, long kept, long total) {}

  /** Bytes have arrived: {@code received} of the whole file so far. Called many times a second. */
  default void received(long received, long total) {}

  /** An attempt failed, and another follows after the pause. */
  default void retrying(WeightStoreException failure, Duration pause) {}

  /** The file is checked and in its place. */
  default void finished(Path file) {}

  /** Logs what happens, and each tenth of the way, through SLF4J. */
  static DownloadListener logging() {
    Logger log = LoggerFactory.getLogger(WeightStore.class);
    return new DownloadListener() {
      private long tenths;

      @Override
      public void waiting(Path file) {
        log.info("{} is being fetched by another process: waiting for it.", file);
      }

      @Override
      public void started(URI from, long kept, long total) {
        tenths = total > 0 ? 10 * kept / total : 0;
        log.info("Fetching {} ({} MB{}).", from, total < 0 ? "?" : total / 1_000_000,
            kept > 0 ? ", of which " + kept / 1_000_000 + " are here" : "");
      }

      @Override
      public void received(long received, long total) {
        if (total > 0 && 10 * received / total > tenths) {
          tenths = 10 * received / total;
          log.info("{} % of {} MB.", 10 * tenths, total / 1_000_000);
        }
      }

      @Override
      public void retrying(WeightStoreException failure, Duration pause) {
        log.warn("{} Trying again in {} s.", failure.getMessage(), pause.toMillis() / 1000.0);
      }

      @Override
      public void finished(Path file) {
        log.info("Checked and kept as {}.", file);
      }
    };
  }
}
