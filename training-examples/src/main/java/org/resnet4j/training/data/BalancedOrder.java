package org.resnet4j.training.data;

import java.util.SplittableRandom;

/** Epochs that have every class equally often, however many images each has. */
public final class BalancedOrder {
  private BalancedOrder() { }

  /**
   * An epoch in which each class comes equally often, give or take one image, in random order. It has as many images as
   * there are. Within a class all images come equally often in the long run: each goes through its images in a random
   * order, then in another one, on over the epochs.
   *
   * @param labels an image's class each, 0 to {@code classes - 1}
   * @param epoch 0-based
   * @return indices of images, the common classes' partly left out, the rare ones' repeated
   * @throws IllegalArgumentException if a class has no image, or a label no class
   */
  public static int[] of(int[] labels, int classes, long seed, int epoch) {
    int[][] images = imagesOf(labels, classes);
    int[] order = new int[labels.length];
    int filled = 0;
    for (int c = 0; c < classes; c++) {
      long from = drawsBefore(epoch, c, labels.length, classes);
      long to = drawsBefore(epoch + 1, c, labels.length, classes);
      int[] round = null;
      for (long draw = from; draw < to; draw++) {
        int place = (int) (draw % images[c].length);
        if (round == null || place == 0) {
          round = images[c].clone();
          Shuffle.apply(round, random(seed, 1 + c, draw / images[c].length));
        }
        order[filled++] = round[place];
      }
    }
    Shuffle.apply(order, random(seed, 0, epoch));
    return order;
  }

  /** An epoch's images go to the classes in turn, and the next epoch begins with the class whose turn it is. */
  private static long drawsBefore(int epoch, int c, int images, int classes) {
    long handedOut = (long) epoch * images;
    return handedOut / classes + (c < handedOut % classes ? 1 : 0);
  }

  private static int[][] imagesOf(int[] labels, int classes) {
    int[] counts = counts(labels, classes);
    int[][] images = new int[classes][];
    for (int c = 0; c < classes; c++) {
      images[c] = new int[counts[c]];
    }
    int[] found = new int[classes];
    for (int i = 0; i < labels.length; i++) {
      images[labels[i]][found[labels[i]]++] = i;
    }
    return images;
  }

  /**
   * How many images each class has.
   *
   * @throws IllegalArgumentException if a class has no image, or a label no class
   */
  public static int[] counts(int[] labels, int classes) {
    int[] counts = new int[classes];
    for (int i = 0; i < labels.length; i++) {
      if (labels[i] < 0 || labels[i] >= classes) {
        throw new IllegalArgumentException("image " + i + ": label must be 0 to " + (classes - 1) + ", found " + labels[i]);
      }
      counts[labels[i]]++;
    }
    for (int c = 0; c < classes; c++) {
      if (counts[c] == 0) {
        throw new IllegalArgumentException("class " + c + " has no images, so it can't be balanced: add some or leave the"
            + " class out");
      }
    }
    return counts;
  }

  private static SplittableRandom random(long seed, int stream, long number) {
    return new SplittableRandom(new SplittableRandom(new SplittableRandom(seed).nextLong() + stream).nextLong() + number);
  }
}
