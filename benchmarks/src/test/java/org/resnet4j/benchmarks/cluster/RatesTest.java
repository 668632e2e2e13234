package org.resnet4j.benchmarks.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.resnet4j.benchmarks.contest.WorkerFailure;
import org.resnet4j.training.loop.MetricsFile;

class RatesTest {
  private static final String TWO = "1,1.8,0.3,1.8,0.4,0.1,625.60,73.9,all,0.9,352,0.0\n"
      + "2,1.3,0.5,1.2,0.5,0.1,708.68,64.5,all,0.9,704,0.0\n";

  @Test
  void theFirstHalfDoesNotCount() throws WorkerFailure {
    assertEquals(List.of(708.68), Rates.of(MetricsFile.HEADER + "\n" + TWO));
    assertEquals(List.of(700.0), Rates.of(MetricsFile.HEADER + "\n" + TWO
        + "3,1.3,0.5,,,0.1,700.00,64.5,all,,1056,0.0\n"));
    assertEquals(List.of(625.6, 708.68), Rates.of(MetricsFile.HEADER + "\n" + TWO + TWO));
  }

  @Test
  void aRunWithoutFiguresIsAFailure() {
    for (String metrics : List.of("", MetricsFile.HEADER + "\n",
        MetricsFile.HEADER + "\n" + TWO.lines().findFirst().get(), "epoch,loss\n" + TWO)) {
      assertThrows(WorkerFailure.class, () -> Rates.of(metrics), metrics);
    }
  }
}
