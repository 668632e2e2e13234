package org.resnet4j.zoo.store;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.resnet4j.zoo.store.WeightStoreException.Reason;

/**
 * Held by the one thread of all processes that may write a file of the cache. The system releases it when its process
 * ends; the lock's empty file stays, because deleting it would let two processes lock two files of the same name.
 */
final class StoreLock implements Closeable {
  /** A file lock counts for the whole process: its threads need one of their own. */
  private static final Map<Path, ReentrantLock> THREADS = new ConcurrentHashMap<>();
  private static final long POLL_MILLIS = 100;

  private final ReentrantLock thread;
  private final FileChannel process;

  private StoreLock(ReentrantLock thread, FileChannel process) {
    this.thread = thread;
    this.process = process;
  }

  /** @param file in an existing folder */
  static StoreLock acquire(Path file, Duration longest, DownloadListener listener)
      throws IOException, InterruptedException {
    long deadline = System.nanoTime() + longest.toNanos();
    Path path = file.resolveSibling("." + file.getFileName() + ".lock");
    ReentrantLock thread = THREADS.computeIfAbsent(path.toAbsolutePath().normalize(), any -> new ReentrantLock());
    boolean told = false;
    if (!thread.tryLock()) {
      listener.waiting(file);
      told = true;
      if (!thread.tryLock(deadline - System.nanoTime(), TimeUnit.NANOSECONDS)) {
        throw locked(file, longest);
      }
    }
    FileChannel process = null;
    try {
      process = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      while (process.tryLock() == null) {
        if (!told) {
          listener.waiting(file);
          told = true;
        }
        if (System.nanoTime() - deadline > 0) {
          throw locked(file, longest);
        }
        Thread.sleep(POLL_MILLIS);
      }
      return new StoreLock(thread, process);
    } catch (Throwable failure) {
      thread.unlock();
      if (process != null) {
        process.close();
      }
      throw failure;
    }
  }

  private static WeightStoreException locked(Path file, Duration longest) {
    return new WeightStoreException(Reason.LOCKED, file, "its end within " + longest.toSeconds() + " s", "none");
  }

  @Override
  public void close() throws IOException {
    try {
      process.close();
    } finally {
      thread.unlock();
    }
  }
}
