package org.resnet4j.benchmarks.worker;

import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** A worker's main, for contenders that run in Java. */
public final class InferenceWorker {
  private final PrintStream replies;

  private InferenceWorker(PrintStream replies) {
    this.replies = replies;
  }

  /** @param arguments the {@link WorkerTask} as JSON */
  public static void main(String[] arguments) {
    PrintStream replies = new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
    System.setOut(System.err); // libraries print
    InferenceWorker worker = new InferenceWorker(replies);
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
    try (Inference inference = Inference.load(task)) {
      long start = System.nanoTime();
      inference.compile();
      inference.call();
      double compileSeconds = (System.nanoTime() - start) * 1e-9;
      Floats.write(task.outputFile(), inference.values());
      say(new Reply.First(compileSeconds, inference.versions()));

      Stopwatch stopwatch = new Stopwatch(inference);
      stopwatch.warmUp(task.warmUpSeconds());
      Floats.write(task.outputFile(), inference.values());
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
