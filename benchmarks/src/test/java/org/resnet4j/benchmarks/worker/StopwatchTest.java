package org.resnet4j.benchmarks.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;

class StopwatchTest {
  private final Sleeper sleeper = new Sleeper();

  @Test
  void aRoundLastsAsLongAsAsked() throws Exception {
    long[] nanos = new Stopwatch(sleeper, 2).round(0.05);
    assertTrue(Arrays.stream(nanos).sum() >= 50_000_000);
    assertTrue(Arrays.stream(nanos).allMatch(nano -> nano >= 1_000_000));
    assertEquals(nanos.length + 2, sleeper.calls, "the first calls aren't measured");
  }

  @Test
  void aRoundIsAtLeastThreeCalls() throws Exception {
    assertEquals(3, new Stopwatch(sleeper, 2).round(0).length);
  }

  @Test
  void warmUpCallsAtLeastThrice() throws Exception {
    new Stopwatch(sleeper, 2).warmUp(0);
    assertEquals(3, sleeper.calls);
  }

  private static final class Sleeper implements Computation {
    private int calls;

    @Override
    public void call() throws InterruptedException {
      calls++;
      Thread.sleep(1);
    }

    @Override
    public void compile() {}

    @Override
    public float[] values() {
      return new float[0];
    }

    @Override
    public Map<String, String> versions() {
      return Map.of();
    }

    @Override
    public void close() {}
  }
}
