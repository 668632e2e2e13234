package org.resnet4j.spark.data;

import java.io.UncheckedIOException;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.IntConsumer;
import org.apache.spark.SparkJobInfo;
import org.apache.spark.SparkStageInfo;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.JavaSparkStatusTracker;
import org.resnet4j.spark.cluster.ClusterException;
import org.resnet4j.spark.cluster.JobFailure;
import org.resnet4j.training.data.DataException;
import org.resnet4j.training.data.DataException.Kind;

/** Runs a job from the driver: with progress, and with the sentence of what failed in a task. */
final class SparkJobs {
  private static final long POLL_MILLIS = 200;

  private SparkJobs() { }

  /**
   * Runs an action, in a thread of its own that Spark's jobs are told by.
   *
   * @param total images of the whole job
   * @param progress hears, in ascending order, how many of them are done: what the finished tasks' share comes to
   * @throws DataException as a task threw it, once Spark has given up on it
   * @throws UncheckedIOException likewise
   * @throws ClusterException if it was the cluster that failed
   */
  static <T> T run(JavaSparkContext spark, String description, Callable<T> action, int total, IntConsumer progress) {
    String group = "resnet4j-" + UUID.randomUUID();
    FutureTask<T> job = new FutureTask<>(() -> {
      spark.setJobGroup(group, description);
      return action.call();
    });
    Thread thread = new Thread(job, description);
    thread.setDaemon(true);
    thread.start();
    try {
      int told = 0;
      while (true) {
        try {
          T result = job.get(POLL_MILLIS, TimeUnit.MILLISECONDS);
          progress.accept(total);
          return result;
        } catch (TimeoutException running) {
          int done = (int) (total * done(spark.statusTracker(), group));
          if (done > told) {
            told = done;
            progress.accept(told);
          }
        }
      }
    } catch (ExecutionException e) {
      throw JobFailure.of(e);
    } catch (InterruptedException e) {
      spark.cancelJobGroup(group);
      Thread.currentThread().interrupt();
      throw new DataException(Kind.INTERRUPTED, "interrupted while the cluster was working", e);
    }
  }

  /** The finished share of the last stage's tasks. */
  private static double done(JavaSparkStatusTracker tracker, String group) {
    int last = -1;
    for (int id : tracker.getJobIdsForGroup(group)) {
      SparkJobInfo info = tracker.getJobInfo(id);
      if (info != null) {
        for (int stage : info.stageIds()) {
          last = Math.max(last, stage);
        }
      }
    }
    SparkStageInfo stage = last < 0 ? null : tracker.getStageInfo(last);
    return stage == null || stage.numTasks() == 0 ? 0 : (double) stage.numCompletedTasks() / stage.numTasks();
  }
}
