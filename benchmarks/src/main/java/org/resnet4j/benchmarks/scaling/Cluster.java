package org.resnet4j.benchmarks.scaling;

/**
 * The machines and what is between them.
 *
 * @param workers one or more
 * @param link bytes a second that each process, the driver too, sends or receives
 * @param sharing how many times longer workers compute since they share cores; 1 if they don't
 */
record Cluster(int workers, double link, double sharing) {
  /** Bits of a byte, in units of a gigabit. */
  private static final double GIGABIT = 1e9 / 8;

  /** @throws ScalingException if there is no worker */
  Cluster {
    if (workers < 1) {
      throw new ScalingException("Workers: expected one or more, found " + workers + ".");
    }
  }

  /** A machine a worker. */
  static Cluster of(int workers, double gigabits, Measured.Host host) {
    return new Cluster(workers, gigabits * GIGABIT * host.goodput(), 1);
  }

  /** All on one machine. */
  static Cluster loopback(int workers, Measured.Check check, Measured.Host host) {
    return new Cluster(workers, check.link(), Math.max(1, (double) workers * check.threads() / host.cores()));
  }
}
