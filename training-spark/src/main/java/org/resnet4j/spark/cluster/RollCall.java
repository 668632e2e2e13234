package org.resnet4j.spark.cluster;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.spark.SparkExecutorInfo;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * Has every executor report.
 *
 * <p>Nothing of Spark's sends a task to each executor for certain. A job has more tasks than there are slots, each of
 * which keeps its slot for a while, so that the next goes to another; what hasn't been reached is called again.
 *
 * @param reports in the order of executors
 * @param silent addresses of executors that Spark knows of, and that no task has reached
 */
public record RollCall(List<WorkerReport> reports, Set<String> silent) {
  private static final int ROUNDS = 5;
  private static final long HOLD_MILLIS = 200;
  private static final long POLL_MILLIS = 100;
  /** For the next of those that are wished for. */
  private static final Duration SOON = Duration.ofSeconds(30);
  /** How long none has to come for those who wait for no number: executors of one machine start within this. */
  private static final Duration QUIET = Duration.ofSeconds(4);

  /** Fewer executors came than were waited for. */
  public static final class AbsentException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    AbsentException(String message) {
      super(message);
    }
  }

  /**
   * Waits for executors, and asks them.
   *
   * @param expected how many to wait for; 0: until no more come
   * @param patience how long to wait
   * @throws AbsentException if none came, or fewer than expected, or the cluster's manager has given the program up
   */
  public static RollCall of(JavaSparkContext spark, int expected, Duration patience) {
    int executors = await(spark, expected, patience, patience);
    if (executors < expected && waitedFor(spark)) {
      throw absent("Only " + executors + " of " + expected + " executors", patience);
    }
    return ask(spark, executors);
  }

  /**
   * Asks those that are there.
   *
   * @param wished how many to wait for, if they come soon after one another; 0: until no more come
   * @param patience how long to wait at most
   * @throws AbsentException if none came, or the cluster's manager has given the program up
   */
  public static RollCall ofThoseThere(JavaSparkContext spark, int wished, Duration patience) {
    return ask(spark, await(spark, wished, patience, SOON));
  }

  private static RollCall ask(JavaSparkContext spark, int executors) {
    int tasks = Math.max(spark.defaultParallelism(), 2 * Math.max(1, executors));
    Map<String, WorkerReport> heard = new TreeMap<>();
    Set<String> silent = Set.of();
    for (int round = 0; round < ROUNDS; round++) {
      for (WorkerReport report : answers(spark, tasks)) {
        heard.put(report.address(), report);
      }
      silent = new TreeSet<>(addresses(spark));
      silent.removeAll(heard.keySet());
      if (silent.isEmpty()) {
        break;
      }
    }
    List<WorkerReport> reports = new ArrayList<>(heard.values());
    // Executors have numbers, of any length.
    reports.sort(Comparator.comparingInt((WorkerReport report) -> report.executor().length())
        .thenComparing(WorkerReport::executor));
    return new RollCall(List.copyOf(reports), silent);
  }

  private static List<WorkerReport> answers(JavaSparkContext spark, int tasks) {
    List<Integer> indices = IntStream.range(0, tasks).boxed().collect(Collectors.toList());
    try {
      return spark.parallelize(indices, tasks).map(index -> {
        WorkerReport report = Probe.report();
        Thread.sleep(HOLD_MILLIS);
        return report;
      }).collect();
    } catch (Exception e) { // Spark's are checked, and undeclared
      throw JobFailure.of(e);
    }
  }

  /** Those of a dynamic allocation come when there are tasks, and in {@code local[N]} tasks run in this process. */
  private static boolean waitedFor(JavaSparkContext spark) {
    return !ClusterSettings.local(spark.getConf())
        && !spark.getConf().getBoolean("spark.dynamicAllocation.enabled", false);
  }

  /** How many there are: some, unless none are waited for. */
  private static int await(JavaSparkContext spark, int expected, Duration longest, Duration forTheNext) {
    if (!waitedFor(spark)) {
      return 0;
    }
    long start = System.nanoTime();
    long newest = start;
    int count = 0;
    while (true) {
      if (spark.sc().isStopped()) {
        throw new AbsentException("The cluster's manager ended the program before it had an executor: those that it"
            + " started failed, and their logs (on its page) tell why.");
      }
      int now = addresses(spark).size();
      if (now != count) {
        count = now;
        newest = System.nanoTime();
      }
      if (expected > 0 ? count >= expected : count > 0 && System.nanoTime() - newest >= QUIET.toNanos()) {
        return count;
      }
      if (System.nanoTime() - start >= longest.toNanos()
          || count > 0 && System.nanoTime() - newest >= forTheNext.toNanos()) {
        break;
      }
      try {
        Thread.sleep(POLL_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        break;
      }
    }
    if (count == 0) {
      throw absent("No executor", longest);
    }
    return count;
  }

  private static AbsentException absent(String who, Duration patience) {
    return new AbsentException(who + " came within " + patience.toSeconds() + " s. Does the cluster have that much free"
        + " (spark.executor.memory with spark.executor.memoryOverhead, spark.executor.cores)? Its manager's page tells,"
        + " and why executors failed.");
  }

  private static Set<String> addresses(JavaSparkContext spark) {
    Set<String> all = Arrays.stream(spark.sc().statusTracker().getExecutorInfos()).map(RollCall::address)
        .collect(Collectors.toCollection(TreeSet::new));
    if (!ClusterSettings.local(spark.getConf())) {
      all.remove(Probe.address());
    }
    return all;
  }

  private static String address(SparkExecutorInfo executor) {
    return executor.host() + ":" + executor.port();
  }
}
