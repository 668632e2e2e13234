package org.resnet4j.spark.training;

import java.io.Serializable;
import java.util.Arrays;
import java.util.Comparator;
import java.util.SplittableRandom;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;

/**
 * Which images each worker has: a random choice by the seed, as large as the others' but for one image. It shuffles them
 * anew in each epoch, and never sees another's.
 *
 * @param images of all workers
 * @param workers one or more
 * @param batch of one worker's step
 * @param balanced whether each class is dealt out evenly, give or take one image: workers that balance classes need
 *     some of each
 */
record Shards(int images, int workers, int batch, long seed, boolean balanced) implements Serializable {

  /**
   * The images of a worker, 0-based.
   *
   * @param labels an image's class
   */
  int[] of(int worker, IntUnaryOperator labels) {
    int[] order = IntStream.range(0, images).toArray();
    if (workers > 1) {
      SplittableRandom random = new SplittableRandom(seed);
      for (int i = images - 1; i > 0; i--) {
        int j = random.nextInt(i + 1);
        int swapped = order[i];
        order[i] = order[j];
        order[j] = swapped;
      }
    }
    if (balanced && workers > 1) {
      // The sort is stable: within a class the order stays random.
      order = Arrays.stream(order).boxed().sorted(Comparator.comparingInt(labels::applyAsInt))
          .mapToInt(Integer::intValue).toArray();
    }
    int[] dealt = order;
    return IntStream.range(0, size(worker)).map(i -> dealt[worker + i * workers]).toArray();
  }

  private int size(int worker) {
    return (images - worker + workers - 1) / workers;
  }

  /** The steps of an epoch: of the worker with the most images. */
  int steps() {
    return (size(0) + batch - 1) / batch;
  }

  /** How many workers have images left for a batch of an epoch, 0-based. */
  int active(int batchOfEpoch) {
    return (int) IntStream.range(0, workers).filter(worker -> (long) batchOfEpoch * batch < size(worker)).count();
  }

  /** A worker's own seed, so that no two vary their images alike; of one worker alone, the run's. */
  long seed(int worker, long run) {
    return workers == 1 ? run : new SplittableRandom(new SplittableRandom(run).nextLong() + worker).nextLong();
  }
}
