package org.resnet4j.zoo.classify;

import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** A class and how probable the network finds it, 0 to 1. */
public record Prediction(String className, double probability) {
  /**
   * The most probable classes, the most probable first; equal ones in class order.
   *
   * @param probabilities one a class
   * @param top how many of them, as far as there are so many
   * @throws IllegalArgumentException if that is less than one
   */
  public static List<Prediction> best(float[] probabilities, List<String> classes, int top) {
    if (top < 1) {
      throw new IllegalArgumentException("top must be 1 or more, found " + top);
    }
    return IntStream.range(0, probabilities.length).boxed()
        .sorted(Comparator.comparing((Integer i) -> probabilities[i]).reversed()).limit(top)
        .map(i -> new Prediction(classes.get(i), probabilities[i])).toList();
  }
}
