package org.resnet4j.spark.training;

import java.awt.image.BufferedImage;
import java.io.Serializable;
import java.util.Random;
import org.resnet4j.training.data.ImageSource;

/** Noisy 16x16 images of two classes: the red or the green is brighter. */
record ColourImages(int size, long seed) implements ImageSource, Serializable {
  private static final int SIDE = 16;

  @Override
  public int label(int index) {
    return index % 2;
  }

  @Override
  public String name(int index) {
    return "colour " + index;
  }

  @Override
  public BufferedImage image(int index) {
    Random random = new Random(seed * size + index);
    BufferedImage image = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_RGB);
    for (int p = 0; p < SIDE * SIDE; p++) {
      int rgb = 0;
      for (int channel = 0; channel < 3; channel++) {
        double value = 96 + 32 * random.nextGaussian() + (channel == index % 2 ? 64 : 0);
        rgb = rgb << 8 | (int) Math.max(0, Math.min(255, value));
      }
      image.setRGB(p % SIDE, p / SIDE, rgb);
    }
    return image;
  }
}
