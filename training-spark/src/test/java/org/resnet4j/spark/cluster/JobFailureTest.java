package org.resnet4j.spark.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.concurrent.ExecutionException;
import org.apache.spark.SparkException;
import org.junit.jupiter.api.Test;
import org.resnet4j.training.data.DataException;

/** Messages as Spark 3.5 and 4.1 word them. */
class JobFailureTest {
  private static String said(String message, Throwable cause) {
    RuntimeException said = JobFailure.of(new ExecutionException(new SparkException(message, cause)));
    assertEquals(ClusterException.class, said.getClass());
    return said.getMessage();
  }

  @Test
  void whatATaskThrewIsSaid() {
    DataException thrown = new DataException(DataException.Kind.UNREADABLE, "x");
    assertSame(thrown, JobFailure.of(new SparkException("pages", new ExecutionException(thrown))));
  }

  @Test
  void aLostExecutorIsNamed() {
    assertEquals("A task failed 4 times, the last time in executor 3 on node7: ExecutorLostFailure (executor 3 exited"
        + " caused by one of the running tasks) Reason: Command exited with code 137. 52 is a full heap"
        + " (--executor-memory), 137 a process that was killed, most often for its memory (--conf"
        + " spark.executor.memoryOverhead=...).", said("Job aborted due to stage failure: Task 0 in stage 3.0 failed 4"
        + " times, most recent failure: Lost task 0.3 in stage 3.0 (TID 9) (node7 executor 3): ExecutorLostFailure"
        + " (executor 3 exited caused by one of the running tasks) Reason: Command exited with code 137\nDriver"
        + " stacktrace:", null));
  }

  @Test
  void aFaultOfATaskIsSaidWithoutItsTrace() {
    assertEquals("A task failed once in executor driver on node7: java.lang.NullPointerException: x. That executor's"
        + " log tells more.", said("Job aborted due to stage failure: Task 0 in stage 3.0 failed 1 times, most recent"
        + " failure: Lost task 0.0 in stage 3.0 (TID 9) (node7 executor driver): java.lang.NullPointerException: x\n"
        + "\tat a.b(C.java:1)\n", new NullPointerException("x")));
  }

  @Test
  void limitsAndEndsAreSaid() {
    assertEquals("The results of 2 tasks come to 593.6 KiB, and spark.driver.maxResultSize allows 200.0 KiB: leave it"
        + " out, or give more.", said("Job aborted due to stage failure: Total size of serialized results of 2 tasks"
        + " (593.6 KiB) is bigger than spark.driver.maxResultSize (200.0 KiB)", null));
    String ended = "The cluster's manager ended the program, or its connection broke: its page and its log tell why.";
    assertEquals(ended, said("Job 3 cancelled because SparkContext was shut down", null));
    assertEquals(ended, JobFailure.of(new IllegalStateException("SparkContext has been shutdown")).getMessage());
    assertEquals("The cluster couldn't do it: Something new. The log of Spark above tells more.",
        said("Something new.\n\tat a", null));
  }

  @Test
  void theDriversOwnErrorsStayErrors() {
    assertThrows(OutOfMemoryError.class, () -> JobFailure.of(new ExecutionException(new OutOfMemoryError())));
  }
}
