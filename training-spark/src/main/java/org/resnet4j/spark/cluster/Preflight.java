package org.resnet4j.spark.cluster;

import java.time.Duration;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.spark.api.java.JavaSparkContext;
import org.resnet4j.training.cli.ExitCode;

/** What the command doctor looks for, before a program computes: a task without natives would fail again and again. */
public final class Preflight {
  /** Clusters are shared: a program may have to wait for others. One that asks for too much would wait for ever. */
  private static final Duration PATIENCE = Duration.ofMinutes(10);

  private Preflight() {}

  /**
   * Waits for executors, and asks them.
   *
   * @param say told what it waits for, and each thing with which the program runs, but not as well, or not surely
   * @throws ClusterException if no executor comes, or one of them can't compute
   */
  public static void run(JavaSparkContext spark, Consumer<String> say) {
    RollCall call;
    boolean any = spark.sc().statusTracker().getExecutorInfos().length > 1; // the driver is among them
    if (!any && !ClusterSettings.local(spark.getConf())) {
      say.accept("Waiting for executors, " + PATIENCE.toMinutes() + " minutes at most.");
    }
    try {
      call = RollCall.ofThoseThere(spark, spark.getConf().getInt("spark.executor.instances", 0), PATIENCE);
    } catch (RollCall.AbsentException e) {
      throw new ClusterException(ExitCode.FAILURE, e.getMessage());
    }
    Diagnosis diagnosis = Diagnosis.of(call, JarNatives.platform(), spark.getConf());
    if (!diagnosis.unable().isEmpty()) {
      throw new ClusterException(ExitCode.FAILURE, String.join(" ", diagnosis.unable()));
    }
    Stream.concat(diagnosis.faults().stream(), diagnosis.warnings().stream())
        .forEach(warning -> say.accept("Warning: " + warning));
  }
}
