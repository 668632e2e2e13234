package org.resnet4j.training.benchmark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class LatenciesTest {
  @Test
  void percentilesAreOfTheSlowestSoManyPercentHaveAtMost() {
    Latencies hundred = new Latencies(LongStream.rangeClosed(1, 100).mapToObj(i -> (101 - i) * 1_000_000).toList());
    assertEquals(50, hundred.percentile(50));
    assertEquals(90, hundred.percentile(90));
    assertEquals(99, hundred.percentile(99));
    Latencies three = new Latencies(List.of(5_000_000L, 1_000_000L, 2_500_000L));
    assertEquals(2.5, three.percentile(50));
    assertEquals(5, three.percentile(99), "with few calls the slowest");
    assertEquals(1, three.percentile(0));
  }

  @Test
  void speedIsOfAllCalls() {
    Latencies two = new Latencies(List.of(100_000_000L, 300_000_000L));
    assertEquals(5, two.callsPerSecond(), 1e-9);
    Measurement m = Measurement.of(8, 1, new Contender("a", "b", null), two, 1.23456);
    assertEquals(new Measurement(8, 1, "a", "b", 40, 100, 300, 300, 2, 1.235), m);
    assertThrows(IllegalArgumentException.class, () -> new Latencies(List.of()));
  }
}
