package org.resnet4j.benchmarks.scaling;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** The seconds that don't depend on chance or on who else sends, of one cluster. */
record Costs(Measured.Network network, Measured.Host host, Measured.Spark spark, Measured.WorkerKind kind,
             Cluster cluster) {
  /** {@code SparkSteps.MOST_SUMMANDS}, {@code SUMMED_BYTES}: results that are summed in one place, the driver's too. */
  private static final int MOST_SUMMANDS = 32;
  private static final double SUMMED_BYTES = 512 << 20;
  private static final int LEAST_SUMMANDS = 2;
  /** {@code spark.broadcast.blockSize}, in bytes. */
  static final double BLOCK = 4 << 20;
  private static final int BYTES = Float.BYTES;
  /** {@code spark.resultGetter.threads}. */
  private static final int GETTERS = 4;

  /** Of as many workers that have a machine each, and nothing to send. */
  double imagesPerSecondAlone(Plan plan) {
    return cluster.workers() * plan.images() / kind.step(plan.images());
  }

  /** Results that are summed in one place. */
  int fanIn(Averaging averaging) {
    return (int) Math.max(LEAST_SUMMANDS, Math.min(MOST_SUMMANDS, SUMMED_BYTES / bytes(averaging)));
  }

  /** How many sums each level of the tree has, from the workers to the driver; empty if it adds up all by itself. */
  List<Integer> levels(Averaging averaging) {
    List<Integer> levels = new ArrayList<>();
    int left = cluster.workers();
    while (left > fanIn(averaging)) {
      left = (left + fanIn(averaging) - 1) / fanIn(averaging);
      levels.add(left);
    }
    return levels;
  }

  /** Results, or sums of them, that the driver collects. */
  int collected(Averaging averaging) {
    List<Integer> levels = levels(averaging);
    return levels.isEmpty() ? cluster.workers() : levels.get(levels.size() - 1);
  }

  /** Results that the driver unpacks at a time. */
  int getters() {
    return Math.min(GETTERS, host.cores());
  }

  /** Floats that go each way in a round. */
  long values(Averaging averaging) {
    return averaging == Averaging.GRADIENTS ? network.values() : network.values() + network.momentum();
  }

  double bytes(Averaging averaging) {
    return (double) BYTES * values(averaging);
  }

  /** Of a transfer without others beside it. */
  double transfer(Averaging averaging) {
    return bytes(averaging) / cluster.link();
  }

  /** The driver's, before workers can begin. */
  double pack(Averaging averaging) {
    return values(averaging) / host.copy() + bytes(averaging) / host.broadcast();
  }

  /** A worker's, from the last block until the state is in its network. */
  double install(Averaging averaging) {
    return cluster.sharing() * (bytes(averaging) / host.receive() + values(averaging) / host.copy());
  }

  /** A worker's, of one step, on average. */
  double step(Plan plan) {
    return cluster.sharing() * kind.step(plan.images());
  }

  /** A worker's, after its steps: parameters are scaled. */
  double result(Averaging averaging) {
    double scale = averaging == Averaging.PARAMETERS ? values(averaging) / host.add() : 0;
    return cluster.sharing() * (values(averaging) / host.copy() + scale
        + handOver(averaging, levels(averaging).isEmpty()));
  }

  /** Into memory for the driver, or a file for another worker, compressed as a broadcast is. */
  private double handOver(Averaging averaging, boolean driver) {
    return driver ? bytes(averaging) / host.serialize()
        : bytes(averaging) / host.broadcast() + bytes(averaging) / host.file();
  }

  /**
   * Of a tree's level: what one thread fetches while it unpacks what came before, adds and hands over. It begins when
   * the level before has ended: that is where Spark's stages meet.
   *
   * @param level 0-based
   */
  double level(Averaging averaging, int level) {
    List<Integer> levels = levels(averaging);
    int before = level == 0 ? cluster.workers() : levels.get(level - 1);
    int summands = Math.min(fanIn(averaging), before);
    double sums = summands * Math.max(transfer(averaging), cluster.sharing() * bytes(averaging) / host.receive())
        + cluster.sharing() * ((summands - 1) * values(averaging) / host.add()
        + handOver(averaging, level == levels.size() - 1));
    return spark.stage() + levels.get(level) * spark.task() + spark.fetch() + sums;
  }

  /** Of the whole tree. */
  double tree(Averaging averaging) {
    return IntStream.range(0, levels(averaging).size()).mapToDouble(level -> level(averaging, level)).sum();
  }

  /** Of one result on the driver. */
  double unpack(Averaging averaging) {
    return bytes(averaging) / host.deserialize();
  }

  /** The driver's, once it has everything. */
  double update(Averaging averaging) {
    return (collected(averaging) - 1) * values(averaging) / host.add() + values(averaging) / host.copy()
        + (averaging == Averaging.GRADIENTS ? values(averaging) / host.update() : 0);
  }
}
