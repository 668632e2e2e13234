package org.resnet4j.benchmarks.scaling;

/** The seconds that don't depend on chance, of one cluster. */
record Costs(Measured.Network network, Measured.Host host, Measured.Spark spark, Measured.WorkerKind kind,
             Cluster cluster) {
  /** {@code spark.broadcast.blockSize}, in bytes. */
  static final double BLOCK = 4 << 20;
  /** {@code RoundSize}: more than so many bytes are added up by the workers. */
  private static final double ADDED_UP_BY_DRIVER = 64 << 20;
  /** {@code spark.shuffle.sort.bypassMergeThreshold}: up to so many slices are files first, then put into one. */
  private static final int SEPARATE_FILES = 200;

  /** Of as many workers that have a machine each, and nothing to send. */
  double imagesPerSecondAlone(Plan plan) {
    return cluster.workers() * plan.images() / kind.step(plan.images());
  }

  /** Floats that go each way in a round. */
  private long values(Averaging averaging) {
    return averaging == Averaging.GRADIENTS ? network.values() : network.values() + network.momentum();
  }

  double bytes(Averaging averaging) {
    return (double) Float.BYTES * values(averaging);
  }

  /** Whether workers add up, a slice each; else the driver does. */
  boolean sliced(Averaging averaging) {
    return cluster.workers() > 1 && cluster.workers() * bytes(averaging) > ADDED_UP_BY_DRIVER;
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
        + (sliced(averaging) ? cut(averaging) : bytes(averaging) / host.serialize()));
  }

  /** Into slices, a block of the shuffle each. */
  private double cut(Averaging averaging) {
    int written = cluster.workers() > SEPARATE_FILES ? 1 : 2;
    return values(averaging) / host.copy() + bytes(averaging) * (1 / host.broadcast() + written / host.file())
        + cluster.workers() * spark.block();
  }

  /** A worker's, of its slice: it unpacks while it fetches, and adds when it has all. */
  double slice(Averaging averaging) {
    int workers = cluster.workers();
    double unpack = cluster.sharing() * (bytes(averaging) / host.receive() + workers * spark.block());
    double add = values(averaging) / host.add() + bytes(averaging) / workers / host.serialize();
    return spark.fetch() + Math.max(transfer(averaging) * (workers - 1) / workers, unpack) + cluster.sharing() * add;
  }

  /** Seconds for which the driver's link, or its unpacking, are busy with a result or a slice's sum. */
  double receive(Averaging averaging) {
    return parted(averaging, Math.max(transfer(averaging), unpack(averaging)));
  }

  /** From when one is ready until the driver has it, if it does nothing else. */
  double receiveAlone(Averaging averaging) {
    return spark.fetch() + parted(averaging, transfer(averaging) + unpack(averaging));
  }

  private double unpack(Averaging averaging) {
    return bytes(averaging) / host.deserialize();
  }

  private double parted(Averaging averaging, double whole) {
    return sliced(averaging) ? whole / cluster.workers() : whole;
  }

  /** The driver's, once it has everything: slices are put together, results added up. */
  double update(Averaging averaging) {
    double together = sliced(averaging) ? values(averaging) / host.copy()
        : (cluster.workers() - 1) * values(averaging) / host.add();
    return together + values(averaging) / host.copy()
        + (averaging == Averaging.GRADIENTS ? values(averaging) / host.update() : 0);
  }
}
