package org.resnet4j.training.augment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.awt.Rectangle;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.resnet4j.zoo.image.Preprocessing;

class RandomErasingTest {
  private static final Preprocessing PREPROCESSING = Preprocessing.torch(9).withCrop(6, 9);

  @Test
  void boxesEqualTorchvisions() {
    for (JsonNode recorded : Recorded.read("erasures")) {
      Rectangle box = new RandomErasing(1).box(recorded.get("width").asInt(), recorded.get("height").asInt(),
          Recorded.draws(recorded.get("draws")));
      JsonNode expected = recorded.get("box");
      assertEquals(new Rectangle(expected.get(0).asInt(), expected.get(1).asInt(), expected.get(2).asInt(),
          expected.get(3).asInt()), box);
    }
  }

  @ParameterizedTest
  @EnumSource(CNN2DFormat.class)
  void theBoxIsZeroInEveryChannelAndNothingElseIs(CNN2DFormat format) {
    float[] values = new float[PREPROCESSING.inputLength() + 5];
    Arrays.fill(values, 7);
    Rectangle box = new Rectangle(2, 1, 4, 3);
    RandomErasing.erase(box, values, 5, PREPROCESSING, format);
    for (int i = 0; i < 5; i++) {
      assertEquals(7, values[i]);
    }
    for (int c = 0; c < 3; c++) {
      for (int y = 0; y < 6; y++) {
        for (int x = 0; x < 9; x++) {
          int at = 5 + (format == CNN2DFormat.NCHW ? (c * 6 + y) * 9 + x : (y * 9 + x) * 3 + c);
          assertEquals(box.contains(x, y) ? 0 : 7, values[at], c + "," + y + "," + x);
        }
      }
    }
  }

  @Test
  void happensAsOftenAsAskedForAndCoversTheMeanArea() {
    SplittableRandom random = new SplittableRandom(1);
    Preprocessing preprocessing = Preprocessing.torch(64);
    int erased = 0;
    double area = 0;
    for (int i = 0; i < 2000; i++) {
      float[] values = new float[preprocessing.inputLength()];
      Arrays.fill(values, 1);
      new RandomErasing(0.3).finish(values, 0, preprocessing, CNN2DFormat.NCHW, random);
      double zeros = 0;
      for (float value : values) {
        zeros += value == 0 ? 1 : 0;
      }
      erased += zeros > 0 ? 1 : 0;
      area += zeros / values.length;
    }
    assertEquals(600, erased, 90);
    assertEquals(0.175, area / erased, 0.02);
  }

  @Test
  void anImageTooSmallForABoxStays() {
    assertTrue(new RandomErasing(1, 1, 1, 1, 1).box(8, 8, new SplittableRandom(1)).isEmpty());
  }

  @Test
  void impossibleParametersAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> new RandomErasing(1.1));
    assertThrows(IllegalArgumentException.class, () -> new RandomErasing(0.5, 0.5, 0.2, 1, 1));
    assertThrows(IllegalArgumentException.class, () -> new RandomErasing(0.5, 0.1, 0.2, 0, 1));
  }
}
