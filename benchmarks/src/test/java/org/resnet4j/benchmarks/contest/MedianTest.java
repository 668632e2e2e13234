package org.resnet4j.benchmarks.contest;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class MedianTest {
  @Test
  void liesInTheMiddle() {
    assertEquals(2.5, Median.of(List.of(9.0, 2.0, 3.0, 1.0)));
    assertEquals(3, Median.of(List.of(9.0, 3.0, 1.0)));
  }
}
