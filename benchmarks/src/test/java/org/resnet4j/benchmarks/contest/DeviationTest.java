package org.resnet4j.benchmarks.contest;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class DeviationTest {
  private static final float[] EXPECTED = {0.5f, 0.5f, 0.1f, 0.9f, 1, 0};

  @Test
  void isTheWorstImagesByItsOwnLargestValue() {
    assertEquals(0, Deviation.of(new float[] {0.5f, 0.5f, 0.1f, 0.9f}, EXPECTED, 2));
    assertEquals(0.1 / 0.5, Deviation.of(new float[] {0.4f, 0.5f, 0.1f, 0.8f}, EXPECTED, 2), 1e-6);
  }

  @Test
  void whatCantBeComparedIsInfinitelyFar() {
    assertEquals(Double.POSITIVE_INFINITY, Deviation.of(new float[] {Float.NaN, 0.5f}, EXPECTED, 1));
    assertEquals(Double.POSITIVE_INFINITY, Deviation.of(new float[] {0.5f, Float.POSITIVE_INFINITY}, EXPECTED, 1));
    assertEquals(Double.POSITIVE_INFINITY, Deviation.of(new float[0], EXPECTED, 1));
    assertEquals(Double.POSITIVE_INFINITY, Deviation.of(new float[] {1, 2, 3}, EXPECTED, 2));
    assertEquals(Double.POSITIVE_INFINITY, Deviation.of(new float[8], EXPECTED, 4));
  }
}
