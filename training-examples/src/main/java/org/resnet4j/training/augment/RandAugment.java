package org.resnet4j.training.augment;

import java.awt.image.BufferedImage;
import java.util.random.RandomGenerator;
import org.resnet4j.training.data.AugmentationStep;

/**
 * Some of 14 operations after each other, drawn with repetition, all of one strength: torchvision 0.29's
 * {@code RandAugment} (Cubuk et al. 2019, arXiv 1909.13719, section 3).
 *
 * @param operations how many, 1 or more
 * @param magnitude their strength, 0 to {@code bins - 1}
 * @param bins the steps of strength, 2 or more
 */
public record RandAugment(int operations, int magnitude, int bins) implements AugmentationStep {
  /** torchvision's defaults. */
  public static final RandAugment DEFAULT = new RandAugment(2, 9);

  public RandAugment {
    if (operations < 1 || bins < 2 || magnitude < 0 || magnitude >= bins) {
      throw new IllegalArgumentException("RandAugment needs 1 operation or more, 2 steps of strength or more and a"
          + " magnitude from 0 to one less than those, found " + operations + ", " + bins + " and " + magnitude);
    }
  }

  /** With torchvision's 31 steps. */
  public RandAugment(int operations, int magnitude) {
    this(operations, magnitude, 31);
  }

  @Override public BufferedImage vary(BufferedImage image, RandomGenerator random) {
    OperationTable table = table(image.getWidth(), image.getHeight());
    BufferedImage varied = image;
    for (int i = 0; i < operations; i++) {
      varied = pick(table, random).apply(varied);
    }
    return varied;
  }

  OperationTable.Pick pick(OperationTable table, RandomGenerator random) {
    return table.pick(OperationTable.anyOperation(random), magnitude, random);
  }

  /** Translations go with the image's size, 150 of 331 pixels at most. */
  OperationTable table(int width, int height) {
    return new OperationTable(bins, 0.3, 150.0 / 331 * width, 150.0 / 331 * height, 30, 0.9, 4);
  }
}
