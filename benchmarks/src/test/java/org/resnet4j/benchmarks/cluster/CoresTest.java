package org.resnet4j.benchmarks.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class CoresTest {
  @Test
  void workersTakeProcessorsInTurns() {
    Cores two = new Cores(List.of(3, 5));
    assertEquals(List.of("/usr/bin/taskset", "-c", "3"), two.prefix(0));
    assertEquals("5", two.prefix(1).get(2));
    assertEquals("3", two.prefix(2).get(2));
    assertEquals("each worker on a processor of its own", two.sentence(2));
    assertEquals("up to 2 workers on a processor, in the cluster as alone", two.sentence(4));
  }

  @Test
  void withoutProcessorsNothingIsPinned() {
    assertEquals(List.of(), new Cores(List.of()).prefix(1));
  }
}
