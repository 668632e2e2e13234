package org.resnet4j.benchmarks.scaling;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SharedLinkTest {

  /** 100 bytes a second: 100 bytes are alone for 0.5 s, then share for 1 s with 80 others, which go on alone. */
  @Test
  void transfersShareEvenly() {
    SharedLink link = new SharedLink(100);
    assertEquals(Double.POSITIVE_INFINITY, link.next());
    link.begin(0, 100, 7);
    link.begin(0.5, 80, 8);
    assertEquals(1.5, link.next(), 1e-9);
    assertEquals(7, link.end(link.next()));
    assertEquals(1.8, link.next(), 1e-9);
    assertEquals(8, link.end(link.next()));
  }

  @ParameterizedTest
  @EnumSource
  void aBroadcastToOneIsATransferAndItsFetches(Averaging averaging) {
    Costs costs = Example.costs(1, 10);
    double[] arrival = Torrent.arrivals(new double[] {2}, costs, averaging, new SplittableRandom(1));
    double fetches = Math.ceil(costs.bytes(averaging) / Costs.BLOCK) * costs.spark().fetch();
    assertEquals(2 + costs.transfer(averaging) + fetches, arrival[0], 1e-9);
  }

  /** The driver alone would need a transfer for each. */
  @Test
  void workersServeOneAnother() {
    Costs costs = Example.costs(100, 1);
    double last = Arrays.stream(Torrent.arrivals(new double[100], costs, Averaging.GRADIENTS, new SplittableRandom(1)))
        .max().orElseThrow();
    double one = costs.transfer(Averaging.GRADIENTS);
    assertEquals(9 * one, last, 3 * one);
  }
}
