package org.resnet4j.modelimport.verify;

/**
 * How far one of a network's arrays is from the recorded one.
 *
 * @param name the recorded array's: {@code y}, {@code mid__conv1}
 * @param largestDifference the largest absolute difference; NaN if an element isn't finite
 * @param largestValue the largest absolute value that was recorded
 */
public record Agreement(String name, double largestDifference, double largestValue) {
  /** The largest difference relative to the largest value that an import may have in float32. */
  public static final double TOLERANCE = 1e-4;

  /** The largest difference relative to the largest value; 0 where both arrays are zeros. */
  public double relativeDifference() {
    return largestDifference == 0 ? 0 : largestDifference / largestValue;
  }

  public boolean within(double tolerance) {
    return relativeDifference() <= tolerance;
  }
}
