package org.resnet4j.spark.cluster;

import java.io.UncheckedIOException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.spark.SparkException;
import org.resnet4j.training.cli.ExitCode;

/** Why a job of Spark's came to nothing, in a sentence: Spark's own messages are pages, with traces of tasks. */
public final class JobFailure {
  private static final Pattern LOST = Pattern.compile(
      "failed (\\d+) times?, most recent failure: Lost task .*?\\(TID \\d+\\) \\((\\S+) executor (\\S+)\\): (.*)");
  private static final Pattern RESULTS = Pattern.compile(
      "results of (\\d+) tasks \\((.+?)\\) is bigger than \\S*maxResultSize\\S* (?:\\()?([\\d.]+ \\w+)");
  private static final Pattern STOPPED =
      Pattern.compile("SparkContext (was|has been) shut ?down|stopped SparkContext|error from cluster scheduler");
  /** Of an executor whose heap was full, as Spark ends it, and of a process that {@code kill -9} ended. */
  private static final Pattern MEMORY = Pattern.compile("exit(?:ed with)? code:? (52|137)|exit status:? (52|137)");

  private JobFailure() {}

  /**
   * What to throw in its place: an exception of this project's own that a task threw, if there is one, or else one that
   * tells Spark's reason and where.
   *
   * @throws Error if it is one of this process's own
   */
  public static RuntimeException of(Throwable failed) {
    for (Throwable t = failed; t != null; t = t.getCause()) {
      if (t instanceof UncheckedIOException
          || t instanceof RuntimeException && t.getClass().getName().startsWith("org.resnet4j.")) {
        return (RuntimeException) t;
      }
    }
    if (failed instanceof InterruptedException) {
      Thread.currentThread().interrupt();
      return new ClusterException(ExitCode.FAILURE, "Interrupted.");
    }
    Throwable last = failed;
    for (Throwable t = failed; t != null; t = t.getCause()) {
      if (t instanceof SparkException || STOPPED.matcher(String.valueOf(t.getMessage())).find()) {
        ClusterException said = new ClusterException(ExitCode.FAILURE, sentence(String.valueOf(t.getMessage())));
        said.initCause(failed);
        return said;
      }
      last = t;
    }
    if (last instanceof Error error) {
      throw error;
    }
    return failed instanceof RuntimeException runtime ? runtime : new IllegalStateException(failed);
  }

  static String sentence(String message) {
    Matcher results = RESULTS.matcher(message);
    if (results.find()) {
      return "The results of " + results.group(1) + " tasks come to " + results.group(2) + ", and"
          + " spark.driver.maxResultSize allows " + results.group(3) + ": leave it out, or give more.";
    }
    if (STOPPED.matcher(message).find()) {
      return "The cluster's manager ended the program, or its connection broke: its page and its log tell why.";
    }
    Matcher lost = LOST.matcher(message);
    if (!lost.find()) {
      return "The cluster couldn't do it: " + firstLine(message) + ". The log of Spark above tells more.";
    }
    Matcher memory = MEMORY.matcher(lost.group(4));
    return "A task failed " + (lost.group(1).equals("1") ? "once" : lost.group(1) + " times, the last time") + " in"
        + " executor " + lost.group(3) + " on " + lost.group(2) + ": " + firstLine(lost.group(4)) + ". "
        + (memory.find() ? "52 is a full heap (--executor-memory), 137 a process that was killed, most often for its"
        + " memory (--conf spark.executor.memoryOverhead=...)." : "That executor's log tells more.");
  }

  private static String firstLine(String text) {
    return text.lines().findFirst().orElse("").strip().replaceFirst("\\.$", "");
  }
}
