package org.resnet4j.benchmarks.cluster;

/**
 * A cluster's training.
 *
 * @param mode what is averaged: {@code gradients} or {@code parameters}
 * @param k steps of a round
 * @param imagesPerWorkerStep a worker's batch
 * @param secondsPerRound from one average to the next
 * @param imagesPerSecond of all workers together
 * @param aloneImagesPerSecond of one engine by itself, with as many others at work on the same processors
 * @param ratio of a worker's images a second to those of an engine alone
 */
record Row(int workers, String mode, int k, int imagesPerWorkerStep, double secondsPerRound, double imagesPerSecond,
           double aloneImagesPerSecond, double ratio) {

  /** @param steps that a worker takes in an epoch */
  static Row of(int workers, Mode mode, int batch, int steps, double imagesPerSecond, double alone) {
    int rounds = (steps + mode.every() - 1) / mode.every();
    double epoch = (double) workers * batch * steps / imagesPerSecond;
    return new Row(workers, mode.averaged().toString(), mode.every(), batch, epoch / rounds, imagesPerSecond, alone,
        imagesPerSecond / workers / alone);
  }
}
