package org.resnet4j.benchmarks.scaling;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
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

  /**
   * A shuffle as Spark's: each fetches slices of all others, in an order of its own, 48 MB of them at a time. Of many
   * workers links are full nearly until the end, as {@link Costs#slice} takes for granted; of few, some are idle.
   */
  @ParameterizedTest
  @CsvSource({"8,1.3", "64,1.1", "200,1.1"})
  void aShuffleFillsLinks(int workers, double most) {
    Costs costs = Example.costs(workers, 1);
    double slice = costs.bytes(Averaging.GRADIENTS) / workers;
    List<SharedLink> links = Stream.generate(() -> new SharedLink(costs.cluster().link())).limit(workers).toList();
    Random random = new Random(1);
    List<Deque<Integer>> wanted = new ArrayList<>();
    for (int i = 0; i < workers; i++) {
      int self = i;
      List<Integer> others = IntStream.range(0, workers).filter(j -> j != self).boxed().collect(Collectors.toList());
      Collections.shuffle(others, random);
      wanted.add(new ArrayDeque<>(others));
      for (int n = 0; n < Math.max(1, 48e6 / slice) && !wanted.get(i).isEmpty(); n++) {
        links.get(wanted.get(i).remove()).begin(0, slice, i);
      }
    }
    double now = 0;
    for (int left = workers * (workers - 1); left > 0; left--) {
      SharedLink next = Collections.min(links, Comparator.comparingDouble(SharedLink::next));
      now = next.next();
      int who = next.end(now);
      if (!wanted.get(who).isEmpty()) {
        links.get(wanted.get(who).remove()).begin(now, slice, who);
      }
    }
    double full = costs.transfer(Averaging.GRADIENTS) * (workers - 1) / workers;
    assertTrue(now > 0.999 * full && now < most * full, workers + " workers: " + now / full);
  }
}
