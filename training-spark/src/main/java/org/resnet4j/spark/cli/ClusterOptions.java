package org.resnet4j.spark.cli;

import org.apache.spark.api.java.JavaSparkContext;
import org.resnet4j.spark.training.Averaging;
import org.resnet4j.training.cli.CommandException;
import org.resnet4j.training.cli.ExitCode;
import picocli.CommandLine.Option;

/** How workers train together. */
final class ClusterOptions {
  /** What workers average. */
  enum Averaged { GRADIENTS, PARAMETERS }

  @Option(names = "--workers", paramLabel = "COUNT",
      description = "Workers that share a recipe's batch (default: the tasks that the cluster runs at a time). The"
          + " result depends on it, but not on who does the work.")
  private Integer workers;

  @Option(names = "--average", paramLabel = "WHAT", defaultValue = "gradients",
      description = "What workers average: gradients, at every step, which is training with the whole batch; or"
          + " parameters, every so many steps, which needs less of the network.")
  private Averaged averaged;

  @Option(names = "--every", paramLabel = "STEPS",
      description = "With --average parameters: steps that a worker takes by itself in between (default: 16).")
  private Integer every;

  private static final int EVERY = 16;

  /** @throws CommandException if a value makes no sense */
  void check() {
    if (workers != null && workers < 1 || every != null && every < 1) {
      throw new CommandException(ExitCode.USAGE, "--workers and --every are 1 or more.");
    }
    if (every != null && averaged == Averaged.GRADIENTS) {
      throw new CommandException(ExitCode.USAGE, "--every is for --average parameters: gradients are averaged at every"
          + " step.");
    }
  }

  Averaging averaging() {
    return averaged == Averaged.GRADIENTS ? new Averaging.Gradients()
        : new Averaging.Parameters(every == null ? EVERY : every);
  }

  int workers(JavaSparkContext spark) {
    return workers != null ? workers
        : Math.max(1, spark.defaultParallelism() / spark.getConf().getInt("spark.task.cpus", 1));
  }
}
