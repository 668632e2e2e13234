package org.resnet4j.benchmarks.contest;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.resnet4j.benchmarks.worker.Json;
import org.resnet4j.benchmarks.worker.Reply;
import org.resnet4j.training.benchmark.PeakMemory;

/** A running worker. What it says apart from replies goes to its log. */
final class WorkerProcess implements AutoCloseable {
  private static final int SIGNAL = 128;
  private static final int SIGKILL = 9;

  private final Process process;
  private final PrintStream orders;
  private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();
  private final Path log;
  private final long started = System.nanoTime();
  private final long patienceSeconds;

  /**
   * @param environment all of it
   * @param log in the worker's working folder, for libraries leave files behind
   * @param patienceSeconds how long a reply may take
   */
  WorkerProcess(List<String> command, Map<String, String> environment, Path log, long patienceSeconds)
      throws WorkerFailure {
    this.log = log;
    this.patienceSeconds = patienceSeconds;
    ProcessBuilder builder = new ProcessBuilder(command).directory(log.getParent().toFile())
        .redirectError(log.toFile());
    builder.environment().clear();
    builder.environment().putAll(environment);
    try {
      process = builder.start();
    } catch (IOException e) {
      throw new WorkerFailure(e.getMessage());
    }
    orders = new PrintStream(process.getOutputStream(), true, StandardCharsets.UTF_8);
    Thread reader = new Thread(this::readLines, "replies of " + log.getFileName());
    reader.setDaemon(true);
    reader.start();
  }

  private void readLines() {
    try (BufferedReader output =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      // Native libraries may print where Java can't stop them.
      output.lines().filter(line -> line.startsWith("{\"kind\"")).forEach(lines::add);
    } catch (IOException | UncheckedIOException e) {
      // A stream cut off is an end like any other.
    }
    lines.add("");
  }

  void order(String order) {
    orders.println(order);
  }

  /** The next reply, which has to be of that kind. */
  <T extends Reply> T await(Class<T> kind) throws WorkerFailure {
    String line;
    try {
      line = lines.poll(patienceSeconds, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new WorkerFailure("the contest was interrupted");
    }
    if (line == null) {
      throw new WorkerFailure("no answer within " + patienceSeconds + " s");
    }
    if (line.isEmpty()) {
      throw new WorkerFailure(ending());
    }
    Reply reply = Json.read(line, Reply.class);
    if (reply instanceof Reply.Failed failed) {
      throw new WorkerFailure(failed.reason());
    }
    if (!kind.isInstance(reply)) {
      throw new WorkerFailure("expected a reply of kind " + kind.getSimpleName() + ", found " + line);
    }
    return kind.cast(reply);
  }

  private String ending() {
    int code;
    try {
      code = process.waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "the contest was interrupted";
    }
    String cause = code == SIGNAL + SIGKILL ? "killed, most likely for want of memory" : "ended with exit code " + code;
    return cause + lastLine();
  }

  private String lastLine() {
    try {
      List<String> all = Files.readAllLines(log, StandardCharsets.ISO_8859_1);
      return all.isEmpty() ? "" : ": " + all.get(all.size() - 1);
    } catch (IOException e) {
      return "";
    }
  }

  double secondsSinceStart() {
    return (System.nanoTime() - started) * 1e-9;
  }

  /** The largest resident size until now; 0 where the system doesn't tell. */
  long peakBytes() {
    return PeakMemory.bytes(process.pid());
  }

  @Override
  public void close() {
    orders.close();
    try {
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        kill();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      kill();
    }
  }

  /** At once, with its compilers if it has any. */
  void kill() {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }
}
