package org.resnet4j.training.augment;

import java.util.Arrays;

/** A batch beside itself moved on by one: the first image's partner is the last one. */
final class RolledBatch {
  private RolledBatch() { }

  /** Changes one image, of {@code length} values from {@code to}; its partner is unchanged yet, in another array maybe. */
  interface Change {
    void apply(float[] partner, int from, int to);
  }

  /** From the last image to the first, so that each partner is still what it was. */
  static void forEach(float[] values, int images, int length, Change change) {
    float[] last = Arrays.copyOfRange(values, (images - 1) * length, images * length);
    for (int image = images - 1; image > 0; image--) {
      change.apply(values, (image - 1) * length, image * length);
    }
    change.apply(last, 0, 0);
  }
}
