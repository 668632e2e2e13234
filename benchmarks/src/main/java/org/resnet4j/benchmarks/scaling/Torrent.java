package org.resnet4j.benchmarks.scaling;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.SplittableRandom;

/** A broadcast of Spark's, block by block: every worker takes them in an order of its own, from anyone who has them. */
final class Torrent {
  private final int workers;
  private final int blocks;
  private final double block;
  private final double fetch;
  private final SplittableRandom random;
  /** Of each worker, the driver behind them. */
  private final SharedLink[] links;
  private final int[] version;
  private final int[][] order;
  private final int[] had;
  private final List<List<Integer>> holders = new ArrayList<>();
  private final double[] arrivals;
  private final PriorityQueue<Event> events = new PriorityQueue<>(Comparator.comparingDouble(Event::at)
      .thenComparingInt(Event::who).thenComparingInt(Event::version));

  /**
   * @param version of a link's state: what was to be expected before another transfer began is out of date;
   *     {@link #ASKS} if it is a worker who asks for its next block
   */
  private record Event(double at, int who, int version) { }

  private static final int ASKS = -1;

  private Torrent(double[] starts, Costs costs, Averaging averaging, SplittableRandom random) {
    workers = starts.length;
    blocks = (int) Math.ceil(costs.bytes(averaging) / Costs.BLOCK);
    block = costs.bytes(averaging) / blocks;
    fetch = costs.spark().fetch();
    this.random = random;
    links = new SharedLink[workers + 1];
    version = new int[workers + 1];
    order = new int[workers][];
    had = new int[workers];
    arrivals = new double[workers];
    for (int i = 0; i <= workers; i++) {
      links[i] = new SharedLink(costs.cluster().link());
    }
    for (int i = 0; i < blocks; i++) {
      holders.add(new ArrayList<>(List.of(workers)));
    }
    for (int i = 0; i < workers; i++) {
      order[i] = shuffled();
      events.add(new Event(starts[i] + fetch, i, ASKS));
    }
  }

  /**
   * When each worker has the last block.
   *
   * @param starts when it begins to ask, in seconds
   */
  static double[] arrivals(double[] starts, Costs costs, Averaging averaging, SplittableRandom random) {
    return new Torrent(starts, costs, averaging, random).run();
  }

  private int[] shuffled() {
    int[] all = new int[blocks];
    for (int i = 1; i < blocks; i++) {
      int j = random.nextInt(i + 1);
      all[i] = all[j];
      all[j] = i;
    }
    return all;
  }

  private double[] run() {
    while (!events.isEmpty()) {
      Event event = events.remove();
      if (event.version == ASKS) {
        List<Integer> from = holders.get(order[event.who][had[event.who]]);
        int holder = from.get(random.nextInt(from.size()));
        links[holder].begin(event.at, block, event.who);
        expect(holder);
      } else if (event.version == version[event.who]) {
        has(links[event.who].end(event.at), event.at);
        expect(event.who);
      }
    }
    return arrivals;
  }

  private void expect(int holder) {
    double next = links[holder].next();
    version[holder]++;
    if (next < Double.POSITIVE_INFINITY) {
      events.add(new Event(next, holder, version[holder]));
    }
  }

  private void has(int worker, double now) {
    holders.get(order[worker][had[worker]++]).add(worker);
    if (had[worker] == blocks) {
      arrivals[worker] = now;
    } else {
      events.add(new Event(now + fetch, worker, ASKS));
    }
  }
}
