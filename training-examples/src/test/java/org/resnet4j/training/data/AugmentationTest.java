package org.resnet4j.training.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.Rectangle;
import java.awt.image.BufferedImage;
import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.resnet4j.training.data.Augmentation.PadAndCrop;
import org.resnet4j.training.data.Augmentation.ResizedCrop;
import org.resnet4j.zoo.image.Preprocessing;

class AugmentationTest {
  private static final Preprocessing UNIT = Preprocessing.unit(8);

  @ParameterizedTest
  @CsvSource({"100, 80", "3, 400", "400, 3", "1, 1", "2, 1"})
  void cropsLieWithinTheImage(int width, int height) {
    Rectangle whole = new Rectangle(width, height);
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < 2000; i++) {
      Rectangle box = new ResizedCrop(0.08, 1, 3 / 4.0, 4 / 3.0).box(width, height, random);
      assertTrue(!box.isEmpty() && whole.contains(box), box.toString());
    }
  }

  @Test
  void cropsCoverTheGivenShareAndRatio() {
    SplittableRandom random = new SplittableRandom(2);
    double sum = 0;
    for (int i = 0; i < 4000; i++) {
      Rectangle box = new ResizedCrop(0.2, 0.6, 3 / 4.0, 4 / 3.0).box(1000, 1000, random);
      double share = box.width * box.height / 1e6;
      double ratio = (double) box.width / box.height;
      assertTrue(share > 0.199 && share < 0.601 && ratio > 0.748 && ratio < 1.336, box.toString());
      sum += share;
    }
    assertEquals(0.4, sum / 4000, 0.01);
  }

  @Test
  void aFullCropIsTheImageOrItsMirrorImage() {
    BufferedImage image = Photos.image(1, 8, 8);
    Set<Boolean> flips = new HashSet<>();
    for (int seed = 0; seed < 20; seed++) {
      BufferedImage varied = new ResizedCrop(1, 1, 1, 1).then(HorizontalFlip.HALF_THE_TIME)
          .vary(image, UNIT, new SplittableRandom(seed));
      boolean flipped = varied.getRGB(0, 0) != image.getRGB(0, 0);
      for (int x = 0; x < 8; x++) {
        assertEquals(image.getRGB(flipped ? 7 - x : x, 5), varied.getRGB(x, 5));
      }
      flips.add(flipped);
    }
    assertEquals(2, flips.size());
  }

  @Test
  void padAndCropShiftsByUpToThePaddingAndFillsWithBlack() {
    BufferedImage white = new BufferedImage(8, 8, BufferedImage.TYPE_INT_RGB);
    white.createGraphics().fillRect(0, 0, 8, 8);
    Set<Integer> counts = new HashSet<>();
    for (int seed = 0; seed < 300; seed++) {
      BufferedImage varied = new PadAndCrop(2).vary(white, UNIT, new SplittableRandom(seed));
      int count = 0;
      for (int i = 0; i < 64; i++) {
        count += varied.getRGB(i % 8, i / 8) == -1 ? 1 : 0;
      }
      counts.add(count);
    }
    assertEquals(Set.of(64, 56, 48, 49, 42, 36), counts);
  }

  @Test
  void paddingWiderThanTheImageIsBlack() {
    assertEquals(0xFF000000, Pictures.shifted(Photos.image(1, 4, 4), 9, -9).getRGB(2, 2));
  }

  @Test
  void noneIsTheEvaluationsImage() {
    BufferedImage image = Photos.image(3, 20, 12);
    BufferedImage prepared = Augmentation.NONE.prepare(image, UNIT);
    assertEquals(UNIT.fit(image).getRGB(3, 3), Augmentation.NONE.vary(prepared, UNIT, new SplittableRandom(1))
        .getRGB(3, 3));
  }

  @Test
  void impossibleParametersAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> new ResizedCrop(0, 1, 1, 1));
    assertThrows(IllegalArgumentException.class, () -> new ResizedCrop(0.5, 1.1, 1, 1));
    assertThrows(IllegalArgumentException.class, () -> new ResizedCrop(0.5, 1, Double.NaN, 1));
    assertThrows(IllegalArgumentException.class, () -> new PadAndCrop(-1));
  }
}
