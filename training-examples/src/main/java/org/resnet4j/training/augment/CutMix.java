package org.resnet4j.training.augment;

import java.awt.Rectangle;
import java.util.random.RandomGenerator;
import org.resnet4j.training.data.Mixing;

/**
 * A box of each image is taken from the one before in the batch, and the same share of its labels: torchvision 0.29's
 * {@code v2.CutMix} (Yun et al. 2019, arXiv 1905.04899, equations 1 and 2). The box is the same throughout the batch.
 *
 * @param alpha the share kept is drawn from Beta(alpha, alpha); above 0, the paper's and torchvision's recipe have 1
 */
public record CutMix(double alpha) implements Mixing {
  public CutMix {
    new BetaDraw(alpha);
  }

  @Override public void mix(Features features, float[] labels, RandomGenerator random) {
    mix(features, labels, box(features.width(), features.height(), new BetaDraw(alpha).next(random), random));
  }

  /** Centred anywhere, what lies beyond the edge cut off. */
  static Rectangle box(int width, int height, double lambda, RandomGenerator random) {
    int x = random.nextInt(width);
    int y = random.nextInt(height);
    double half = 0.5 * Math.sqrt(1 - lambda);
    int halfWidth = (int) (half * width);
    int halfHeight = (int) (half * height);
    Rectangle box = new Rectangle(x - halfWidth, y - halfHeight, 2 * halfWidth, 2 * halfHeight);
    return box.intersection(new Rectangle(width, height));
  }

  static void mix(Features features, float[] labels, Rectangle box) {
    boolean channelsLast = features.channelsLast();
    int planes = channelsLast ? 1 : features.channels();
    int pixel = channelsLast ? features.channels() : 1;
    int rowLength = features.width() * pixel;
    int planeLength = features.height() * rowLength;
    RolledBatch.forEach(features.values(), features.images(), planes * planeLength, (before, from, to) -> {
      for (int plane = 0; plane < planes; plane++) {
        for (int y = box.y; y < box.y + box.height; y++) {
          int at = plane * planeLength + y * rowLength + box.x * pixel;
          System.arraycopy(before, from + at, features.values(), to + at, box.width * pixel);
        }
      }
    });
    Mixup.mixLabels(labels, features.images(), kept(features, box));
  }

  /** The share of an image that the box leaves, which is what lambda comes to in the end. */
  static double kept(Features features, Rectangle box) {
    return 1.0 - (double) (box.width * box.height) / (features.width() * features.height());
  }
}
