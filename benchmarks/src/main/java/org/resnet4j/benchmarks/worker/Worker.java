package org.resnet4j.benchmarks.worker;

import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** A worker's main, for contenders that run in Java. */
public final class Worker {
  private final PrintStream replies;

  private Worker(PrintStream replies) {
    this.replies = replies;
  }

  /** @param arguments the {@link WorkerTask} as JSON */
  public static void main(String[] arguments) {
    PrintStream replies = new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
    System.setOut(System.err); // libraries print
    Worker worker = new Worker(replies);
    try {
      worker.run(Json.read(arguments[0], WorkerTask.class));
    } catch (Throwable e) { // out of memory and missing natives too
      e.printStackTrace();
      worker.say(new Reply.Failed(e.toString().lines().findFirst().orElse("")));
      System.exit(1);
    }
    System.exit(0); // with threads of libraries about
  }

  private void run(WorkerTask task) throws Exception {
    try (Computation computation = Computation.load(task)) {
      long start = System.nanoTime();
      computation.compile();
      computation.call();
      double compileSeconds = (System.nanoTime() - start) * 1e-9;
      Floats.write(task.outputFile(), computation.values());
      say(new Reply.First(compileSeconds, computation.versions()));

      Stopwatch stopwatch = new Stopwatch(computation, task.leadCalls());
      stopwatch.warmUp(task.warmUpSeconds());
      Floats.write(task.outputFile(), computation.values());
      say(new Reply.Ready());
      BufferedReader orders = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
      while ("run".equals(orders.readLine())) {
        say(new Reply.Round(stopwatch.round(task.roundSeconds())));
      }
    }
  }

  private void say(Reply reply) {
    replies.println(Json.write(reply));
  }
}
