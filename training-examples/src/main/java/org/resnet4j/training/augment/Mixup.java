package org.resnet4j.training.augment;

import java.util.random.RandomGenerator;
import org.resnet4j.training.data.Mixing;

/**
 * Each image and its labels become a weighted mean of themselves and of the one before in the batch, with one weight for
 * the batch: torchvision 0.29's {@code v2.MixUp} (Zhang et al. 2017, arXiv 1710.09412, equation 1).
 *
 * @param alpha the weight is drawn from Beta(alpha, alpha); above 0, torchvision's recipe has 0.2
 */
public record Mixup(double alpha) implements Mixing {
  public Mixup {
    new BetaDraw(alpha);
  }

  @Override public void mix(Features features, float[] labels, RandomGenerator random) {
    mix(features, labels, new BetaDraw(alpha).next(random));
  }

  static void mix(Features features, float[] labels, double lambda) {
    int length = features.channels() * features.height() * features.width();
    mix(features.values(), features.images(), length, lambda);
    mixLabels(labels, features.images(), lambda);
  }

  /** @param lambda the share that each image keeps of its own labels */
  static void mixLabels(float[] labels, int images, double lambda) {
    mix(labels, images, labels.length / images, lambda);
  }

  private static void mix(float[] values, int images, int length, double lambda) {
    float own = (float) lambda;
    float other = (float) (1 - lambda);
    RolledBatch.forEach(values, images, length, (before, from, to) -> {
      for (int i = 0; i < length; i++) {
        values[to + i] = before[from + i] * other + values[to + i] * own;
      }
    });
  }
}
