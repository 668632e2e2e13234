package org.resnet4j.training.cli;

import java.io.PrintStream;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Hears Ctrl-C and SIGTERM, and holds the end of the process up until the training has written its checkpoint and this
 * is closed.
 */
final class StopSignal implements AutoCloseable {
  /** A step of the largest nets takes seconds, a checkpoint of a gigabyte on a slow disk a minute. */
  private static final int LONGEST_MINUTES = 5;

  private final CountDownLatch done = new CountDownLatch(1);
  private final Thread hook;
  private volatile boolean asked;

  StopSignal(PrintStream err) {
    hook = new Thread(() -> {
      asked = true;
      err.println("Stopping after this step, with a checkpoint.");
      try {
        if (!done.await(LONGEST_MINUTES, TimeUnit.MINUTES)) {
          err.println("The step takes too long: stopped without a checkpoint of it.");
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }, "stop-signal");
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /** Whether the process is to end. */
  boolean asked() {
    return asked;
  }

  @Override
  public void close() {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException ending) {
      done.countDown();
    }
  }
}
