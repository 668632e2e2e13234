package org.resnet4j.benchmarks.contest;

/** How far outputs are from each other. */
final class Deviation {
  private Deviation() {}

  /**
   * The largest distance of a value from the expected one, as a part of the largest expected of its image.
   *
   * @param found [batch, classes]
   * @param expected [at least batch, classes]
   * @return infinite if a value isn't finite or the count is wrong
   */
  static double of(float[] found, float[] expected, int batch) {
    if (found.length == 0 || found.length % batch != 0 || found.length > expected.length) {
      return Double.POSITIVE_INFINITY;
    }
    int classes = found.length / batch;
    double most = 0;
    for (int image = 0; image < batch; image++) {
      double distance = 0;
      double largest = 0;
      for (int i = image * classes; i < (image + 1) * classes; i++) {
        if (!Float.isFinite(found[i])) {
          return Double.POSITIVE_INFINITY;
        }
        distance = Math.max(distance, Math.abs(found[i] - expected[i]));
        largest = Math.max(largest, Math.abs(expected[i]));
      }
      most = Math.max(most, distance / largest);
    }
    return most;
  }
}
