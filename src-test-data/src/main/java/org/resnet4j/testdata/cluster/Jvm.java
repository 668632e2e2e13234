package org.resnet4j.testdata.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A process of the cluster's, with what it says in two files; it is killed when this JVM ends, however it ends. */
final class Jvm implements AutoCloseable {
  private static final long POLL_MILLIS = 50;

  private final Process process;
  private final Path out;
  private final Path err;
  private final Thread hook;

  private Jvm(Process process, Path out, Path err) {
    this.process = process;
    this.out = out;
    this.err = err;
    hook = new Thread(this::kill);
    Runtime.getRuntime().addShutdownHook(hook);
  }

  static Jvm start(ProcessBuilder builder, Path log) throws IOException {
    Path out = log.resolveSibling(log.getFileName() + ".out");
    Path err = log.resolveSibling(log.getFileName() + ".err");
    return new Jvm(builder.redirectOutput(out.toFile()).redirectError(err.toFile()).start(), out, err);
  }

  Process process() {
    return process;
  }

  String out() {
    return read(out);
  }

  String err() {
    return read(err);
  }

  /**
   * Waits for a line on standard error.
   *
   * @throws AssertionError if the process ends or the time is over before
   */
  Matcher await(Pattern line, Duration patience) throws InterruptedException {
    long end = System.nanoTime() + patience.toNanos();
    while (true) {
      boolean alive = process.isAlive();
      Matcher matcher = line.matcher(err());
      if (matcher.find()) {
        return matcher;
      }
      if (!alive || System.nanoTime() > end) {
        throw new AssertionError((alive ? "Within " + patience.toSeconds() + " s" : "Before it ended with "
            + process.exitValue()) + ", the process didn't say " + line + ":\n" + err() + out());
      }
      Thread.sleep(POLL_MILLIS);
    }
  }

  /**
   * Waits for the end.
   *
   * @return the exit code
   * @throws AssertionError if the time is over before; the process is killed then
   */
  int await(Duration patience) throws InterruptedException {
    if (!process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
      kill();
      throw new AssertionError("Not done within " + patience.toSeconds() + " s:\n" + err() + out());
    }
    return process.exitValue();
  }

  /** Kills the process and those that it started, as {@code kill -9} does. */
  void kill() {
    List<ProcessHandle> family = process.descendants().toList();
    process.destroyForcibly();
    family.forEach(ProcessHandle::destroyForcibly);
  }

  @Override
  public void close() {
    kill();
    try {
      process.waitFor(10, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    Runtime.getRuntime().removeShutdownHook(hook);
  }

  private static String read(Path file) {
    try {
      // Bytes that end within a character, and what isn't UTF-8, don't matter here.
      return Files.exists(file) ? new String(Files.readAllBytes(file), StandardCharsets.UTF_8) : "";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
