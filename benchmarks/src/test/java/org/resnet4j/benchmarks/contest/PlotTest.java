package org.resnet4j.benchmarks.contest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.resnet4j.benchmarks.contest.HeatResult.Failure;

class PlotTest {
  private static final HeatResult RESULT =
      Results.of("resnet18", Results.rate(Contender.DL4J, 30), Results.rate(Contender.ENGINE_F32, 60));

  @Test
  void ourBarsAreLongerWhereWeAreFaster() {
    BufferedImage picture = Plot.draw(List.of(RESULT));
    assertTrue(pixels(picture, Plot.OURS.getRGB()) > 1.5 * pixels(picture, Plot.OTHERS.getRGB()));
    assertTrue(pixels(picture, Plot.OTHERS.getRGB()) > 1000);
  }

  @Test
  void modelsStandSideBySide() {
    HeatResult other = Results.of("resnet50", Results.rate(Contender.ENGINE_F32, 60));
    BufferedImage one = Plot.draw(List.of(RESULT));
    BufferedImage two = Plot.draw(List.of(RESULT, other));
    assertEquals(2 * one.getWidth(), two.getWidth());
    assertEquals(one.getHeight(), two.getHeight());
  }

  @Test
  void aHeatThatNobodyFinishedIsEmpty() {
    HeatResult empty = Results.of("resnet18", Map.of(Contender.DL4J, new Failure(Failure.Kind.BROKEN, "why")));
    assertEquals(0, pixels(Plot.draw(List.of(empty)), Plot.OTHERS.getRGB()));
  }

  private static int pixels(BufferedImage picture, int colour) {
    int count = 0;
    for (int y = 0; y < picture.getHeight(); y++) {
      for (int x = 0; x < picture.getWidth(); x++) {
        count += picture.getRGB(x, y) == colour ? 1 : 0;
      }
    }
    return count;
  }
}
