package org.resnet4j.training.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.resnet4j.training.loop.LearningRate.Shape;

class LearningRateTest {
  @Test
  void cosineRisesLinearlyThenFallsToZero() {
    LearningRate rate = new LearningRate(Shape.COSINE, 0.1, 0.2);
    assertEquals(0.05, rate.at(0.1), 1e-12);
    assertEquals(0.1, rate.at(0.2), 1e-12);
    assertEquals(0.05, rate.at(0.6), 1e-12);
    assertEquals(0, rate.at(1), 1e-12);
  }

  @Test
  void oneCycleHasPyTorchsEnds() {
    LearningRate rate = new LearningRate(Shape.ONE_CYCLE, 0.5, 0.3);
    assertEquals(0.02, rate.at(0), 1e-12);
    assertEquals(0.5, rate.at(0.3), 1e-12);
    assertEquals(0.02 / 10_000, rate.at(1), 1e-12);
  }

  @Test
  void constantStaysAtItsPeak() {
    LearningRate rate = new LearningRate(Shape.CONSTANT, 0.3, 0);
    assertEquals(0.3, rate.at(0));
    assertEquals(0.3, rate.at(1));
  }

  @ParameterizedTest
  @EnumSource
  void everyStepMovesAndNoneExceedsThePeak(Shape shape) {
    LearningRate rate = new LearningRate(shape, 0.1, 0.1);
    for (int step = 0; step < 1000; step++) {
      double at = rate.at(step / 1000.0);
      assertTrue(at > 0 && at <= 0.1 + 1e-15, shape + " at " + step + ": " + at);
    }
  }

  @Test
  void refusesWhatIsNoRate() {
    assertThrows(IllegalArgumentException.class, () -> new LearningRate(Shape.COSINE, 0, 0));
    assertThrows(IllegalArgumentException.class, () -> new LearningRate(Shape.COSINE, Double.NaN, 0));
    assertThrows(IllegalArgumentException.class, () -> new LearningRate(Shape.COSINE, 0.1, 1));
  }
}
