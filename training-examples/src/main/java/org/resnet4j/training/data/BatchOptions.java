package org.resnet4j.training.data;

import org.deeplearning4j.nn.conf.CNN2DFormat;

/**
 * How images become minibatches.
 *
 * @param batchSize    images a minibatch; the last one of an epoch may be smaller
 * @param augmentation what training images go through
 * @param mixing       what whole training batches go through
 * @param format       the layout of the features
 * @param seed         of shuffling and augmentation
 * @param sampling     an epoch's images and their order
 * @param threads      that decode ahead
 * @param cacheBytes   the heap for decoded images kept over epochs
 * @param onBadImage   what happens when a file vanished or was damaged since it was checked; nothing is moved here, so
 *                     QUARANTINE is as SKIP
 * @param freesBatches whether a batch's features are used again for another, or freed, when the next one is asked for,
 *                     rather than freed some time after nobody uses them; for those who are through with each batch by
 *                     then
 */
public record BatchOptions(int batchSize, Augmentation augmentation, Mixing mixing, CNN2DFormat format, long seed,
                           Sampling sampling, int threads, long cacheBytes, OnBadImage onBadImage,
                           boolean freesBatches) {

  public BatchOptions {
    if (batchSize < 1 || threads < 1 || cacheBytes < 0) {
      throw new IllegalArgumentException("batch size and threads must be 1 or more and the cache 0 bytes or more, found "
          + batchSize + ", " + threads + " and " + cacheBytes);
    }
  }

  /** Shuffled. */
  public static BatchOptions training(int batchSize, Augmentation augmentation, long seed) {
    return new BatchOptions(batchSize, augmentation, Mixing.NONE, CNN2DFormat.NCHW, seed, Sampling.SHUFFLED,
        Runtime.getRuntime().availableProcessors(), Runtime.getRuntime().maxMemory() / 8, OnBadImage.SKIP, false);
  }

  /** In the given order, as they are. */
  public static BatchOptions evaluation(int batchSize) {
    return new BatchOptions(batchSize, Augmentation.NONE, Mixing.NONE, CNN2DFormat.NCHW, 0, Sampling.IN_ORDER,
        Runtime.getRuntime().availableProcessors(), Runtime.getRuntime().maxMemory() / 8, OnBadImage.SKIP, false);
  }

  public BatchOptions withBatchSize(int batchSize) {
    return new BatchOptions(batchSize, augmentation, mixing, format, seed, sampling, threads, cacheBytes, onBadImage,
        freesBatches);
  }

  public BatchOptions withFormat(CNN2DFormat format) {
    return new BatchOptions(batchSize, augmentation, mixing, format, seed, sampling, threads, cacheBytes, onBadImage,
        freesBatches);
  }

  public BatchOptions withThreads(int threads) {
    return new BatchOptions(batchSize, augmentation, mixing, format, seed, sampling, threads, cacheBytes, onBadImage,
        freesBatches);
  }

  public BatchOptions withCacheBytes(long cacheBytes) {
    return new BatchOptions(batchSize, augmentation, mixing, format, seed, sampling, threads, cacheBytes, onBadImage,
        freesBatches);
  }

  public BatchOptions withOnBadImage(OnBadImage onBadImage) {
    return new BatchOptions(batchSize, augmentation, mixing, format, seed, sampling, threads, cacheBytes, onBadImage,
        freesBatches);
  }

  public BatchOptions withMixing(Mixing mixing) {
    return new BatchOptions(batchSize, augmentation, mixing, format, seed, sampling, threads, cacheBytes, onBadImage,
        freesBatches);
  }

  public BatchOptions withSampling(Sampling sampling) {
    return new BatchOptions(batchSize, augmentation, mixing, format, seed, sampling, threads, cacheBytes, onBadImage,
        freesBatches);
  }

  public BatchOptions withFreesBatches(boolean freesBatches) {
    return new BatchOptions(batchSize, augmentation, mixing, format, seed, sampling, threads, cacheBytes, onBadImage,
        freesBatches);
  }
}
