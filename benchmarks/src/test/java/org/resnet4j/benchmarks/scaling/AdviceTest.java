package org.resnet4j.benchmarks.scaling;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AdviceTest {
  private static final CostModel MODEL = new AnalyticModel();

  @ParameterizedTest
  @CsvSource({"8,32,32", "8,100,64", "256,64,32", "1000,32,8", "4096,32,2"})
  void batchesAreAsLargeAsMemoryAndAccuracyAllow(int workers, int mostImages, int images) {
    assertEquals(images, Advice.images(workers, mostImages));
  }

  @Test
  void aWorkerNeedsTwoImages() {
    ScalingException refused = assertThrows(ScalingException.class, () -> Advice.images(5000, 32));
    assertTrue(refused.getMessage().contains("fewer workers"), refused.getMessage());
  }

  @ParameterizedTest
  @CsvSource({"1,10", "8,1", "8,100", "64,10"})
  void averagesAreAsFrequentAsThePaceAllows(int workers, double gigabits) {
    Costs costs = Example.steady(workers, gigabits);
    int every = Advice.every(MODEL, costs, 32).orElseThrow();
    assertTrue(MODEL.efficiency(costs, Plan.parameters(every, 32)) >= Advice.EFFICIENCY);
    assertTrue(every > 1, "or the next says nothing");
    assertTrue(MODEL.efficiency(costs, Plan.parameters(every / 2, 32)) < Advice.EFFICIENCY);
  }

  @Test
  void thereIsAnAverageAnEpoch() {
    assertEquals(128, Advice.mostEvery(256, 32));
    assertEquals(1, Advice.mostEvery(100_000, 32));
  }

  @Test
  void theEndsAreFound() {
    CostModel good = (costs, plan) -> new RoundTime(0, plan.every() < 100 ? 1e9 : 1e-9, 0, 0);
    assertEquals(OptionalInt.of(128), Advice.every(good, Example.free(256), 32));
    assertEquals(OptionalInt.of(1), Advice.every(MODEL, Example.free(64), 32));
    assertEquals(OptionalInt.empty(), Advice.every(MODEL, Example.costs(64, 1e-4), 32));
  }
}
