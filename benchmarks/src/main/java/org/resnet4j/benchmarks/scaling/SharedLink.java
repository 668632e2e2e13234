package org.resnet4j.benchmarks.scaling;

import java.util.Comparator;
import java.util.PriorityQueue;

/** What transfers share evenly, as TCP's do about: each of n gets an n-th of the rate. */
final class SharedLink {
  private final double rate;
  private final PriorityQueue<Transfer> transfers = new PriorityQueue<>(Comparator.comparingDouble(Transfer::end));
  /** Bytes that a transfer has got which was there from the beginning. */
  private double served;
  private double at;

  /** @param end bytes served when it is through */
  private record Transfer(double end, int who) { }

  /** @param rate bytes a second */
  SharedLink(double rate) {
    this.rate = rate;
  }

  void begin(double now, double bytes, int who) {
    advance(now);
    transfers.add(new Transfer(served + bytes, who));
  }

  /** When the next transfer is through if no other begins; infinite without any. */
  double next() {
    return transfers.isEmpty() ? Double.POSITIVE_INFINITY
        : at + (transfers.peek().end - served) * transfers.size() / rate;
  }

  /** Ends the next transfer. */
  int end(double now) {
    advance(now);
    return transfers.remove().who;
  }

  private void advance(double now) {
    if (!transfers.isEmpty()) {
      served += (now - at) * rate / transfers.size();
    }
    at = now;
  }
}
