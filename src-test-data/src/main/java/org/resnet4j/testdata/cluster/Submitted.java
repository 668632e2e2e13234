package org.resnet4j.testdata.cluster;

import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A program that was submitted to a {@link Cluster}. */
public final class Submitted implements AutoCloseable {
  private static final Pattern APPLICATION = Pattern.compile("Connected to Spark cluster with app ID (\\S+)");

  private final Jvm driver;
  private final Cluster cluster;

  Submitted(Jvm driver, Cluster cluster) {
    this.driver = driver;
    this.cluster = cluster;
  }

  /**
   * Waits for its end.
   *
   * @return the exit code
   * @throws AssertionError with all that it said, if it isn't done by then; it is killed
   */
  public int waitFor(Duration patience) throws InterruptedException {
    return driver.await(patience);
  }

  /**
   * Waits until it says something on standard error, e.g. that an epoch has begun.
   *
   * @throws AssertionError if it ends, or the time is over, before
   */
  public Matcher waitFor(Pattern line, Duration patience) throws InterruptedException {
    return driver.await(line, patience);
  }

  /** What it has written to standard output. */
  public String stdout() {
    return driver.out();
  }

  /** What it has written to standard error: messages, and Spark's log. */
  public String stderr() {
    return driver.err();
  }

  /** Whether it still runs. */
  public boolean running() {
    return driver.process().isAlive();
  }

  /** Its executors' processes. */
  public List<ProcessHandle> executors() {
    Matcher application = APPLICATION.matcher(stderr());
    if (!application.find()) {
      return List.of();
    }
    String id = application.group(1);
    return cluster.executors().stream().filter(handle -> handle.info().commandLine().orElse("").contains(id)).toList();
  }

  /**
   * Kills one of its executors, as {@code kill -9} does.
   *
   * @param random which one
   * @throws IllegalStateException if it has none
   */
  public void killExecutor(Random random) {
    List<ProcessHandle> executors = executors();
    if (executors.isEmpty()) {
      throw new IllegalStateException("the program has no executor");
    }
    executors.get(random.nextInt(executors.size())).destroyForcibly();
  }

  /** Kills the program itself, with all that it started. */
  @Override
  public void close() {
    driver.close();
  }
}
