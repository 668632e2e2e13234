package org.resnet4j.training.data;

import java.util.Objects;
import java.util.random.RandomGenerator;

/** What a whole training batch goes through after its images: their mixture, softer labels. */
@FunctionalInterface
public interface Mixing {
  /** Leaves the batch as it is. */
  Mixing NONE = (features, labels, random) -> { };

  /**
   * Changes a batch in place, by the generator's draws alone.
   *
   * @param features normalised pixels
   * @param labels [N, classes], one-hot when they come
   */
  void mix(Features features, float[] labels, RandomGenerator random);

  /** This, and then the next; both draw from the one generator in turn. */
  default Mixing then(Mixing next) {
    return new Then(this, next);
  }

  /** See {@link #then}. */
  record Then(Mixing first, Mixing next) implements Mixing {
    public Then {
      Objects.requireNonNull(first, "first");
      Objects.requireNonNull(next, "next");
    }

    @Override public void mix(Features features, float[] labels, RandomGenerator random) {
      first.mix(features, labels, random);
      next.mix(features, labels, random);
    }
  }

  /**
   * The pixels of a batch in row-major order: [N, C, H, W], or [N, H, W, C] with channels last.
   *
   * @param values the first {@code images * channels * height * width} are the batch's
   */
  record Features(float[] values, int images, int channels, int height, int width, boolean channelsLast) { }
}
