package org.resnet4j.engine.update;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/** Threads that share a list of jobs; every solver's. They are made when needed and go when idle for a minute. */
final class Crew {
  private static final ExecutorService THREADS = Executors.newCachedThreadPool(work -> {
    Thread thread = new Thread(work, "fused-updater");
    thread.setDaemon(true);
    return thread;
  });

  private Crew() {}

  /** A job, done with a thread's own room. */
  @FunctionalInterface
  interface Job<R> {
    void run(int index, R room);
  }

  /** Runs all jobs and returns when they are done. The calling thread is one of the threads. */
  static <R> void run(int jobs, int threads, Supplier<R> room, Job<R> job) {
    AtomicInteger next = new AtomicInteger();
    Runnable share = () -> {
      R own = room.get();
      for (int index = next.getAndIncrement(); index < jobs; index = next.getAndIncrement()) {
        job.run(index, own);
      }
    };
    List<CompletableFuture<Void>> others = IntStream.range(1, Math.min(threads, jobs))
        .mapToObj(i -> CompletableFuture.runAsync(share, THREADS)).toList();
    try {
      share.run();
    } finally {
      // Waits whatever happens, interrupts included: nobody may write to the arrays after the step.
      others.forEach(CompletableFuture::join);
    }
  }
}
