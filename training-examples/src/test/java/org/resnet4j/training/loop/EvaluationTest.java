package org.resnet4j.training.loop;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.resnet4j.training.loop.Evaluation.ClassScore;

class EvaluationTest {
  private final Evaluation evaluation = new Evaluation(List.of("a", "b", "c", "d", "e", "f", "never"), List.of(
      Prediction.of(0, 0, new float[] {0.5f, 0.1f, 0.1f, 0.1f, 0.1f, 0.05f, 0.05f}),
      Prediction.of(1, 1, new float[] {0.5f, 0.25f, 0.1f, 0.1f, 0.05f, 0, 0}),
      Prediction.of(2, 5, new float[] {0.4f, 0.2f, 0.15f, 0.1f, 0.1f, 0.05f, 0}),
      Prediction.of(3, 1, new float[] {0.1f, 0.9f, 0, 0, 0, 0, 0})));

  @Test
  void figuresFollowFromThePredictions() {
    assertEquals(2, evaluation.right());
    assertEquals(0.5, evaluation.accuracy());
    assertEquals(0.75, evaluation.topFiveAccuracy());
    assertEquals((Math.log(2) + Math.log(4) + Math.log(20) + Math.log(1 / 0.9)) / 4, evaluation.meanLoss(), 1e-6);
    assertTrue(evaluation.toString().endsWith("2 of 4 right"));
  }

  @Test
  void confusionHasTrueClassesInRows() {
    int[][] confusion = evaluation.confusion();
    assertArrayEquals(new int[] {1, 0, 0, 0, 0, 0, 0}, confusion[0]);
    assertArrayEquals(new int[] {1, 1, 0, 0, 0, 0, 0}, confusion[1]);
    assertArrayEquals(new int[] {1, 0, 0, 0, 0, 0, 0}, confusion[5]);
  }

  @Test
  void classScoresTellPrecisionFromRecall() {
    ClassScore a = evaluation.classScores().get(0);
    assertEquals(1 / 3.0, a.precision(), 1e-12);
    assertEquals(1, a.recall());
    assertEquals(0.5, a.f1(), 1e-12);
    ClassScore never = evaluation.classScores().get(6);
    assertTrue(Double.isNaN(never.precision()) && Double.isNaN(never.recall()) && Double.isNaN(never.f1()));
  }

  @Test
  void worstMistakesComeFirstAndRightOnesNot() {
    assertEquals(List.of(2, 1), evaluation.worstMistakes(5).stream().map(Prediction::index).toList());
    assertEquals(1, evaluation.worstMistakes(1).size());
  }

  @Test
  void aProbabilityOfZeroIsAFiniteLoss() {
    assertEquals(88, Prediction.of(0, 1, new float[] {1, 0}).loss());
  }
}
