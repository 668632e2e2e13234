package org.resnet4j.training.data;

import java.util.random.RandomGenerator;

/** Random order, by the generator's draws alone. */
public final class Shuffle {
  private Shuffle() { }

  /** Puts the values into any order, each as likely as another. */
  public static void apply(int[] values, RandomGenerator random) {
    for (int i = values.length - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      int swapped = values[i];
      values[i] = values[j];
      values[j] = swapped;
    }
  }
}
