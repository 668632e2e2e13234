package org.resnet4j.spark.training;

import java.io.Serializable;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
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

  /** One of so many parts of the values; the first has the counts. */
  RoundResult slice(int slice, int slices) {
    return (slice == 0 ? this : NOTHING).with(part(values, slice, slices), part(updater, slice, slices));
  }

  /** Of slices in their order. */
  static RoundResult joined(List<RoundResult> slices) {
    return slices.get(0).with(joined(slices, RoundResult::values), joined(slices, RoundResult::updater));
  }

  private static float[] part(float[] array, long slice, int slices) {
    return array == null ? null : Arrays.copyOfRange(array, (int) (array.length * slice / slices),
        (int) (array.length * (slice + 1) / slices));
  }

  private static float[] joined(List<RoundResult> slices, Function<RoundResult, float[]> which) {
    List<float[]> parts = slices.stream().map(which).filter(Objects::nonNull).toList();
    if (parts.isEmpty()) {
      return null;
    }
    FloatBuffer joined = FloatBuffer.allocate(parts.stream().mapToInt(part -> part.length).sum());
    parts.forEach(joined::put);
    return joined.array();
  }

  private RoundResult with(float[] values, float[] updater) {
    return new RoundResult(values, updater, workers, steps, images, lossSum, right, seconds, waited, skipped);
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
