package org.resnet4j.training.augment;

import java.awt.image.BufferedImage;
import java.util.random.RandomGenerator;
import org.resnet4j.training.data.AugmentationStep;

/**
 * One of 14 operations, each as likely as another, at any strength: torchvision 0.29's {@code TrivialAugmentWide}
 * (Müller and Hutter 2021, arXiv 2103.10158, the wide space of table 1, without its doubled operations). It has nothing
 * to tune.
 *
 * @param bins the steps of strength, 2 or more
 */
public record TrivialAugment(int bins) implements AugmentationStep {
  /** The paper's 31 steps. */
  public static final TrivialAugment WIDE = new TrivialAugment(31);

  public TrivialAugment {
    if (bins < 2) {
      throw new IllegalArgumentException("TrivialAugment needs 2 steps of strength or more, found " + bins);
    }
  }

  @Override public BufferedImage vary(BufferedImage image, RandomGenerator random) {
    return pick(random).apply(image);
  }

  OperationTable.Pick pick(RandomGenerator random) {
    ImageOperation operation = OperationTable.anyOperation(random);
    return table().pick(operation, random.nextInt(bins), random);
  }

  OperationTable table() {
    return new OperationTable(bins, 0.99, 32, 32, 135, 0.99, 6);
  }
}
