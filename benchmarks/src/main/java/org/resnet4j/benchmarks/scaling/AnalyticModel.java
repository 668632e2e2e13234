package org.resnet4j.benchmarks.scaling;

import org.resnet4j.benchmarks.scaling.Measured.Spark;

/** Expected times in closed form; where many share a link, approximately. {@link Simulation} is its check. */
final class AnalyticModel implements CostModel {

  @Override
  public RoundTime round(Costs costs, Plan plan) {
    Averaging averaging = plan.averaging();
    Spark spark = costs.spark();
    int workers = costs.cluster().workers();
    double send = costs.pack(averaging) + spark.stage() + workers * spark.task() + torrent(costs, averaging)
        + costs.install(averaging);
    Spread times = Spread.of(costs.kind(), costs.step(plan), plan.every());
    double slowest = times.slowest(workers);
    double gather = costs.sliced(averaging) ? slices(costs, averaging)
        : direct(costs, averaging, times, slowest);
    return new RoundTime(send, slowest + costs.result(averaging), gather, costs.update(averaging));
  }

  /**
   * Spark's broadcast: a worker asks for one block after the other, in an order of its own, each from anyone who has
   * it ({@code TorrentBroadcast.readBlocks}). After n of B blocks, a worker has a given block with probability
   * p = n / B; of W workers' requests (1 - (1 - p)^W) / p go to the driver, the busiest of all. A closed network of W
   * customers with a demand of one block in all, and D at the busiest, takes a request about 1 + (W - 1) D / W blocks'
   * time (balanced job bound, Zahorjan and others 1982).
   */
  static double torrent(Costs costs, Averaging averaging) {
    int workers = costs.cluster().workers();
    int blocks = (int) Math.ceil(costs.bytes(averaging) / Costs.BLOCK);
    double block = costs.transfer(averaging) / blocks;
    double seconds = blocks * costs.spark().fetch() + first(workers, block, costs.spark().task());
    for (int n = 1; n < blocks; n++) {
      double has = (double) n / blocks;
      double driver = Math.max(1, (1 - Math.pow(1 - has, workers)) / has);
      seconds += block * (1 + driver * (workers - 1) / workers);
    }
    return seconds;
  }

  /**
   * Until workers have their first block, all of which are the driver's. If one begins every t seconds, the first has
   * had the link for the integral of 1 / (1 + x / t) by the time x: for the b seconds of a block, once e^(b / t)
   * workers share it. Later ones find others to ask.
   */
  private static double first(int workers, double block, double task) {
    double sharing = task == 0 ? workers : Math.min(workers, Math.exp(block / task));
    return block + Math.max(0, (sharing - 1) * (block - task));
  }

  /** The driver receives results in the order of their coming: the n-th of W is followed by W - n others. */
  private static double direct(Costs costs, Averaging averaging, Spread times, double slowest) {
    int workers = costs.cluster().workers();
    double end = slowest;
    for (int n = 1; n < workers; n++) {
      end = Math.max(end, times.ranked(n, workers) + (workers - n) * costs.receive(averaging));
    }
    return end - slowest + costs.receiveAlone(averaging);
  }

  /** Sums come as the tasks began, one after the other, or as fast as the driver takes them. */
  private static double slices(Costs costs, Averaging averaging) {
    Spark spark = costs.spark();
    return spark.stage() + spark.task() + costs.slice(averaging) + costs.receiveAlone(averaging)
        + (costs.cluster().workers() - 1) * Math.max(spark.task(), costs.receive(averaging));
  }
}
