package org.resnet4j.training.cli;

import java.time.Duration;
import java.util.SplittableRandom;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Where a training run goes, and how it survives what happens to it. */
final class RunOptions {
  @Option(names = "--out", paramLabel = "FOLDER", required = true,
      description = "Where the model, metrics.csv, pictures and report.html go; new or empty.")
  String out;

  @Option(names = "--overwrite", description = "Replace an earlier run in --out, when the new one is through.")
  boolean overwrite;

  @Option(names = "--resume",
      description = "Go on with the run in --out from its newest checkpoint; of an empty folder, start; of a finished"
          + " run, do nothing.")
  boolean resume;

  @Option(names = "--checkpoint-minutes", paramLabel = "MINUTES", defaultValue = "10",
      description = "Write a checkpoint so often, besides the one after each epoch: what a crash costs at most.")
  double checkpointMinutes;

  @Option(names = "--seed", paramLabel = "NUMBER", defaultValue = "1",
      description = "Same seed, same result on the same machine, with as many threads of OpenMP (OMP_NUM_THREADS).")
  long seed;

  @Mixin
  PageOptions page;

  /** @throws CommandException if a value makes no sense */
  void check() {
    page.check();
    if (!(checkpointMinutes > 0)) {
      throw new CommandException(ExitCode.USAGE, "--checkpoint-minutes is above 0; found " + checkpointMinutes + ".");
    }
  }

  /** The seed of initial weights for a run's: of 0, ND4J would make another one at each start. */
  static long networkSeed(long seed) {
    return seed == 0 ? new SplittableRandom(seed).nextLong() : seed;
  }

  Duration checkpointEvery() {
    return Duration.ofMillis(Math.max(1, Math.round(Math.min(checkpointMinutes, 1e6) * 60_000)));
  }
}
