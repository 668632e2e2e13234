package org.resnet4j.spark.training;

import java.io.Serializable;
import java.util.List;
import java.util.stream.Stream;
import org.resnet4j.training.data.BadImage;

/**
 * What workers came to in a round, one or the sum of several.
 *
 * @param values gradients, or parameters times the share; null if no worker had images
 * @param updater its state times the share; null where it isn't averaged
 * @param workers that took any step
 * @param steps of the worker that took the most
 * @param seconds of the worker that computed longest
 * @param waited seconds of the worker that waited longest for images
 * @param skipped images that could not be read, since the workers were made
 */
record RoundResult(float[] values, float[] updater, int workers, int steps, int images, double lossSum, int right,
                   double seconds, double waited, List<BadImage> skipped) implements Serializable {
  static final RoundResult NOTHING = new RoundResult(null, null, 0, 0, 0, 0, 0, 0, 0, List.of());

  /** This one's arrays get the sum. */
  RoundResult plus(RoundResult other) {
    return new RoundResult(sum(values, other.values), sum(updater, other.updater), workers + other.workers,
        Math.max(steps, other.steps), images + other.images, lossSum + other.lossSum, right + other.right,
        Math.max(seconds, other.seconds), Math.max(waited, other.waited),
        Stream.concat(skipped.stream(), other.skipped.stream()).toList());
  }

  RoundResult with(List<BadImage> unreadable) {
    return new RoundResult(values, updater, workers, steps, images, lossSum, right, seconds, waited, unreadable);
  }

  /** Multiplies all values. */
  void scale(float factor) {
    for (float[] array : new float[][] {values, updater}) {
      for (int i = 0; array != null && i < array.length; i++) {
        array[i] *= factor;
      }
    }
  }

  private static float[] sum(float[] one, float[] other) {
    if (one == null || other == null) {
      return one == null ? other : one;
    }
    for (int i = 0; i < one.length; i++) {
      one[i] += other[i];
    }
    return one;
  }
}
