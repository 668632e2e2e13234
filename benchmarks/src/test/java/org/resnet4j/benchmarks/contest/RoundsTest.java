package org.resnet4j.benchmarks.contest;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class RoundsTest {
  private static final double EXACT = 1e-9;

  @Test
  void theBestRoundIsThatOfMostCallsASecond() {
    Rounds rounds = new Rounds(List.of(new long[] {400_000_000, 600_000_000},
        new long[] {200_000_000, 300_000_000}, new long[] {100_000_000, 900_000_000, 500_000_000}));
    assertEquals(4, rounds.bestRate(), EXACT);
  }

  @Test
  void percentilesAreByNearestRankOverAllRounds() {
    Rounds hundred = new Rounds(List.of(LongStream.rangeClosed(51, 100).map(ms -> ms * 1_000_000).toArray(),
        LongStream.rangeClosed(1, 50).map(ms -> ms * 1_000_000).toArray()));
    assertEquals(50, hundred.percentile(50), EXACT);
    assertEquals(99, hundred.percentile(99), EXACT);
    assertEquals(100, hundred.percentile(100), EXACT);
    Rounds three = new Rounds(List.of(new long[] {3_000_000, 1_000_000}, new long[] {2_000_000}));
    assertEquals(2, three.percentile(50), EXACT);
    assertEquals(3, three.percentile(99), EXACT);
  }
}
