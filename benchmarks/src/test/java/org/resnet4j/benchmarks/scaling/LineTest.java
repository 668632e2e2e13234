package org.resnet4j.benchmarks.scaling;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.resnet4j.benchmarks.scaling.Measured.Step;

class LineTest {

  @Test
  void onePointIsInProportion() {
    assertEquals(0.03, Line.through(List.of(new Step(64, 0.06))).at(32), 1e-12);
    assertEquals(0.03, Line.through(List.of(new Step(64, 0.05), new Step(64, 0.07))).at(32), 1e-12);
  }

  @Test
  void moreAreOnALine() {
    assertEquals(1.1, Line.through(List.of(new Step(10, 0.6), new Step(30, 1.6))).at(20), 1e-12);
  }
}
