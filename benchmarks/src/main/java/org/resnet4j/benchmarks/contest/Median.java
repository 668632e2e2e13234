package org.resnet4j.benchmarks.contest;

import java.util.List;

/** Of measurements. */
public final class Median {
  private Median() {}

  /** The one in the middle, or between the two there. */
  public static double of(List<Double> values) {
    List<Double> sorted = values.stream().sorted().toList();
    int middle = sorted.size() / 2;
    return sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
  }
}
