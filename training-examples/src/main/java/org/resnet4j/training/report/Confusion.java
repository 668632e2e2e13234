package org.resnet4j.training.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.resnet4j.training.loop.Evaluation;

/**
 * Images of a class that were taken for those of another one.
 *
 * @param share of the class's images
 */
record Confusion(String truth, String taken, int images, double share) {

  /** The most frequent ones, by number of images, then by share, then in class order. */
  static List<Confusion> most(Evaluation evaluation, int limit) {
    int[][] counts = evaluation.confusion();
    List<Confusion> found = new ArrayList<>();
    for (int row = 0; row < counts.length; row++) {
      int total = IntStream.of(counts[row]).sum();
      for (int column = 0; column < counts.length; column++) {
        if (row != column && counts[row][column] > 0) {
          found.add(new Confusion(evaluation.classes().get(row), evaluation.classes().get(column), counts[row][column],
              (double) counts[row][column] / total));
        }
      }
    }
    found.sort(Comparator.comparingInt(Confusion::images).thenComparingDouble(Confusion::share).reversed());
    return found.stream().limit(limit).toList();
  }
}
