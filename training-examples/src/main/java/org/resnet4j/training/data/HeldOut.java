package org.resnet4j.training.data;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/** How many training images are held out for validation where the data have no validation images of their own. */
public sealed interface HeldOut {
  /** None: the test images, if there are any, serve for validation. */
  HeldOut NONE = new Images(0);

  /** The images to take of each class, given how many each has. */
  int[] quotas(int[] imagesOfClass);

  /** @param share of each class, 0 or more and below 1 */
  static HeldOut share(double share) {
    return share == 0 ? NONE : new Share(share);
  }

  /** @param count of images in all, of each class in proportion to its size */
  static HeldOut images(int count) {
    return new Images(count);
  }

  /** Whether nothing is held out. */
  default boolean isNone() {
    return equals(NONE);
  }

  /** See {@link HeldOut#share}. */
  record Share(double share) implements HeldOut {
    public Share {
      if (!(share > 0 && share < 1)) {
        throw new IllegalArgumentException("the validation share must be 0 or more and below 1, found " + share);
      }
    }

    @Override public int[] quotas(int[] imagesOfClass) {
      return IntStream.of(imagesOfClass).map(count -> (int) Math.round(share * count)).toArray();
    }
  }

  /** See {@link HeldOut#images}. */
  record Images(int count) implements HeldOut {
    public Images {
      if (count < 0) {
        throw new IllegalArgumentException("the validation images must be 0 or more, found " + count);
      }
    }

    /** The whole parts first, then one each to those of the largest remainders, so that the sum is exact. */
    @Override public int[] quotas(int[] imagesOfClass) {
      long all = IntStream.of(imagesOfClass).asLongStream().sum();
      int[] quotas = new int[imagesOfClass.length];
      if (all == 0) {
        return quotas;
      }
      Arrays.setAll(quotas, label -> (int) Math.min(imagesOfClass[label], imagesOfClass[label] * (long) count / all));
      int missing = (int) Math.min(all, count) - IntStream.of(quotas).sum();
      IntStream.range(0, quotas.length).boxed()
          .sorted(Comparator.comparing((Integer label) -> imagesOfClass[label] * (long) count % all).reversed())
          .limit(missing).forEach(label -> quotas[label]++);
      return quotas;
    }
  }
}
