package org.resnet4j.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.nd4j.linalg.api.ndarray.INDArray;

/** How far computed arrays are from the right ones, relative to the largest number there. */
public final class Deviation {
  private Deviation() {}

  /** The largest difference, as a part of the largest number expected; NaN where either is that. */
  static double difference(INDArray expected, INDArray found) {
    return difference("array", expected, found, 1e-6);
  }

  private static double difference(String what, INDArray expected, INDArray found, double scale) {
    assertArrayEquals(expected.shape(), found.shape(), what);
    // ND4J's own maximum passes over NaN.
    double[] values = expected.dup('c').data().asDouble();
    double[] computed = found.dup('c').data().asDouble();
    double difference = 0;
    double largest = scale;
    for (int i = 0; i < values.length; i++) {
      difference = Math.max(difference, Math.abs(values[i] - computed[i]));
      largest = Math.max(largest, Math.abs(values[i]));
    }
    return difference / largest;
  }

  /** Of one shape, finite, and nowhere further apart than a part of the largest value. */
  public static void assertClose(String what, INDArray expected, INDArray found, double tolerance) {
    assertClose(what, expected, found, tolerance, Double.MIN_NORMAL);
  }

  /** @param scale that counts for the largest value where that is less */
  public static void assertClose(String what, INDArray expected, INDArray found, double tolerance, double scale) {
    double difference = difference(what, expected, found, scale);
    assertTrue(difference <= tolerance, () -> what + ": off by " + difference + " of the largest number, shape "
        + Arrays.toString(expected.shape()));
  }
}
