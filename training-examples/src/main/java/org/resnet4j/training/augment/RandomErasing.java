package org.resnet4j.training.augment;

import java.awt.Rectangle;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.resnet4j.training.data.AugmentationStep;
import org.resnet4j.zoo.image.Preprocessing;

/**
 * Sets a box of the normalised image to 0, its mean colour: torchvision 0.29's {@code RandomErasing} (Zhong et al. 2017,
 * arXiv 1708.04896, algorithm 1).
 *
 * @param probability that there is a box, 0 to 1
 * @param minScale the least share of the image's area
 * @param maxScale the largest share
 * @param minRatio the least height / width
 * @param maxRatio the largest one
 */
public record RandomErasing(double probability, double minScale, double maxScale, double minRatio, double maxRatio)
    implements AugmentationStep {
  private static final int TRIES = 10;

  public RandomErasing {
    if (!(probability >= 0 && probability <= 1)) {
      throw new IllegalArgumentException("random erasing needs a probability from 0 to 1, found " + probability);
    }
    if (!(minScale >= 0 && minScale <= maxScale && maxScale <= 1 && minRatio > 0 && minRatio <= maxRatio
        && maxRatio < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException("random erasing needs 0 <= scale from <= to <= 1 and 0 < ratio from <= to, found "
          + minScale + " to " + maxScale + " and " + minRatio + " to " + maxRatio);
    }
  }

  /** torchvision's and the paper's: 2 % to 33 % of the area, 0.3 to 3.3 times as high as wide. */
  public RandomErasing(double probability) {
    this(probability, 0.02, 0.33, 0.3, 3.3);
  }

  @Override public void finish(float[] values, int offset, Preprocessing preprocessing, CNN2DFormat format,
      RandomGenerator random) {
    if (random.nextDouble() < probability) {
      erase(box(preprocessing.width(), preprocessing.height(), random), values, offset, preprocessing, format);
    }
  }

  /** Empty if none of ten boxes was smaller than the image. */
  Rectangle box(int width, int height, RandomGenerator random) {
    double area = (double) width * height;
    double logFrom = Math.log(minRatio);
    double logTo = Math.log(maxRatio);
    for (int i = 0; i < TRIES; i++) {
      double boxArea = area * (minScale + (maxScale - minScale) * random.nextDouble());
      double ratio = Math.exp(logFrom + (logTo - logFrom) * random.nextDouble());
      double boxHeight = Math.rint(Math.sqrt(boxArea * ratio));
      double boxWidth = Math.rint(Math.sqrt(boxArea / ratio));
      if (boxHeight < height && boxWidth < width) {
        int y = random.nextInt((int) (height - boxHeight) + 1);
        int x = random.nextInt((int) (width - boxWidth) + 1);
        return new Rectangle(x, y, (int) boxWidth, (int) boxHeight);
      }
    }
    return new Rectangle();
  }

  static void erase(Rectangle box, float[] values, int offset, Preprocessing preprocessing, CNN2DFormat format) {
    boolean channelsLast = format == CNN2DFormat.NHWC;
    int planes = channelsLast ? 1 : preprocessing.channels().count();
    int pixel = channelsLast ? preprocessing.channels().count() : 1;
    for (int plane = 0; plane < planes; plane++) {
      for (int y = box.y; y < box.y + box.height; y++) {
        int row = offset + (plane * preprocessing.height() + y) * preprocessing.width() * pixel;
        Arrays.fill(values, row + box.x * pixel, row + (box.x + box.width) * pixel, 0);
      }
    }
  }
}
