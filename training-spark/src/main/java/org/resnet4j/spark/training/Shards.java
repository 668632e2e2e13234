package org.resnet4j.spark.training;

import java.io.Serializable;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Which images each worker has: a random choice by the seed, as large as the others' but for one image. It shuffles them
 * anew in each epoch, and never sees another's.
 *
 * @param images of all workers
 * @param workers one or more
 * @param batch of one worker's step
 */
record Shards(int images, int workers, int batch, long seed) implements Serializable {

  /** The images of a worker, 0-based. */
  int[] of(int worker) {
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
    return IntStream.range(0, size(worker)).map(i -> order[worker + i * workers]).toArray();
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
