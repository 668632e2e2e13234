package org.resnet4j.benchmarks.scaling;

import java.util.Arrays;
import java.util.PriorityQueue;

/** The driver fetches results as they come, some at a time over one link, and unpacks each. */
final class Collecting {
  private Collecting() {}

  /**
   * When it has the last.
   *
   * @param ready when each result can be fetched, in seconds
   */
  static double end(double[] ready, Costs costs, Averaging averaging) {
    double[] waiting = ready.clone();
    Arrays.sort(waiting);
    SharedLink link = new SharedLink(costs.cluster().link());
    PriorityQueue<Double> unpacked = new PriorityQueue<>();
    int free = costs.getters();
    int begun = 0;
    double now = 0;
    for (int done = 0; done < waiting.length;) {
      double begins = begun < waiting.length && free > 0 ? Math.max(now, waiting[begun] + costs.spark().fetch())
          : Double.POSITIVE_INFINITY;
      double frees = unpacked.isEmpty() ? Double.POSITIVE_INFINITY : unpacked.peek();
      double ends = link.next();
      now = Math.min(begins, Math.min(frees, ends));
      if (now == frees) {
        unpacked.remove();
        free++;
        done++;
      } else if (now == ends) {
        link.end(now);
        unpacked.add(now + costs.unpack(averaging));
      } else {
        link.begin(now, costs.bytes(averaging), begun++);
        free--;
      }
    }
    return now;
  }
}
