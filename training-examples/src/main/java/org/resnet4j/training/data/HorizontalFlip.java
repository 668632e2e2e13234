package org.resnet4j.training.data;

import java.awt.image.BufferedImage;
import java.util.random.RandomGenerator;

/** Left and right change places. Not for digits and letters. */
public enum HorizontalFlip implements AugmentationStep {
  /** By a fair coin: torchvision's {@code RandomHorizontalFlip()}. */
  HALF_THE_TIME;

  @Override public BufferedImage vary(BufferedImage image, RandomGenerator random) {
    return random.nextBoolean() ? Pictures.mirrored(image) : image;
  }
}
