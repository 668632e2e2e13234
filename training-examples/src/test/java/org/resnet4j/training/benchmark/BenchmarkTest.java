package org.resnet4j.training.benchmark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.resnet4j.training.loop.Network;

class BenchmarkTest {
  private static final INDArray IMAGES = Nd4j.zeros(4, 3);

  private final List<String> events = new ArrayList<>();

  /** A network whose calls take so long. */
  private Contender contender(String name, long milliseconds) {
    return new Contender(name, "float32", () -> new Network() {
      @Override
      public INDArray output(INDArray images) {
        try {
          Thread.sleep(milliseconds);
        } catch (InterruptedException e) {
          throw new IllegalStateException(e);
        }
        events.add(name);
        return images.dup();
      }

      @Override
      public void close() {
        events.add(name + " closed");
      }
    });
  }

  @Test
  void contendersTakeTurnsAndAreClosed() {
    List<Measurement> measured =
        new Benchmark(IMAGES, 0.6, c -> events.add("turn of " + c)).of(List.of(contender("a", 10), contender("b", 50)));
    assertEquals(List.of("a", "b"), measured.stream().map(Measurement::engine).toList());
    List<String> turns = events.stream().filter(e -> e.startsWith("turn")).toList();
    assertEquals(List.of("turn of a float32", "turn of b float32"), turns.subList(0, 2));
    assertEquals((1 + Benchmark.ROUNDS) * 2, turns.size());
    assertEquals(turns.subList(0, 2), turns.subList(6, 8), "a, b, a, b, ...");
    assertEquals(List.of("a closed", "b closed"), events.stream().filter(e -> e.endsWith("closed")).toList());
    for (int i = 0; i < 2; i++) {
      Measurement m = measured.get(i);
      long alone = i == 0 ? 10 : 50;
      assertEquals(4, m.batch());
      assertTrue(m.readySeconds() > 0.99e-3 * alone, () -> "the first call is in it: " + m);
      assertTrue(m.p50Ms() > 0.99 * alone && m.imagesPerSecond() < 4.04e3 / alone, m::toString);
    }
    assertTrue(measured.get(0).calls() > measured.get(1).calls(), "the same time for each");
  }

  @Test
  void aTurnIsACallAtLeast() {
    List<Measurement> measured = new Benchmark(IMAGES, 0, c -> { }).of(List.of(contender("slow", 30)));
    assertEquals(Benchmark.ROUNDS, measured.get(0).calls());
  }

  @Test
  void whatFailsLeavesNothingOpen() {
    Contender failing = new Contender("failing", "float32", () -> new Network() {
      @Override
      public INDArray output(INDArray images) {
        throw new IllegalStateException("no kernel");
      }

      @Override
      public void close() {
        events.add("failing closed");
      }
    });
    Benchmark benchmark = new Benchmark(IMAGES, 0, c -> { });
    assertThrows(IllegalStateException.class, () -> benchmark.of(List.of(contender("a", 1), failing)));
    assertEquals("a closed, failing closed",
        events.stream().filter(e -> e.endsWith("closed")).sorted().collect(Collectors.joining(", ")));
  }
}
