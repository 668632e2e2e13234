package org.resnet4j.training.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.Rectangle;
import java.awt.image.BufferedImage;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.resnet4j.zoo.image.Interpolation;

/** Against the exact filter. */
class PackedResizeTest {
  /** Noise, the hardest case: of photos a hundredth of this differs. */
  private final BufferedImage noise = Photos.image(3, 90, 70);

  @Test
  void valuesAreThoseOfTheExactFilterWithinRounding() {
    Random random = new Random(1);
    double sum = 0;
    int values = 0;
    for (int i = 0; i < 200; i++) {
      int width = 1 + random.nextInt(90);
      int height = 1 + random.nextInt(70);
      Rectangle box = new Rectangle(random.nextInt(91 - width), random.nextInt(71 - height), width, height);
      int toWidth = 1 + random.nextInt(60);
      int toHeight = 1 + random.nextInt(60);
      int[] exact = Pictures.pixels(Interpolation.BILINEAR.resize(noise, box, toWidth, toHeight));
      int[] packed = Pictures.pixels(PackedResize.resize(noise, box, toWidth, toHeight));
      assertEquals(exact.length, packed.length);
      for (int k = 0; k < exact.length; k++) {
        for (int shift = 0; shift < 24; shift += 8) {
          int difference = Math.abs((exact[k] >> shift & 0xFF) - (packed[k] >> shift & 0xFF));
          assertTrue(difference <= 2, box + " to " + toWidth + " x " + toHeight + ": off by " + difference);
          sum += difference;
          values++;
        }
      }
    }
    assertTrue(sum / values < 0.03, "off by " + sum / values + " on average");
  }

  @Test
  void whiteStaysWhiteAndChannelsStayApart() {
    for (int colour : new int[] {0xFFFFFF, 0xFF0000, 0x00FF00, 0x0000FF, 0}) {
      BufferedImage plain = new BufferedImage(61, 47, BufferedImage.TYPE_INT_RGB);
      Arrays.fill(Pictures.pixels(plain), colour);
      for (int size : new int[] {1, 13, 47, 200}) {
        for (int pixel : Pictures.pixels(PackedResize.resize(plain, new Rectangle(61, 47), size, size))) {
          assertEquals(colour, pixel);
        }
      }
    }
  }
}
