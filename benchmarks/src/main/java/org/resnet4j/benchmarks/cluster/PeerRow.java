package org.resnet4j.benchmarks.cluster;

/**
 * dl4j-spark's training on the same cluster.
 *
 * @param helpers whether Deeplearning4j's layers use its oneDNN kernels, which are off unless asked for
 * @param k steps of a round
 * @param imagesPerSecond of all workers together
 * @param ourImagesPerSecond of this project's, with parameters averaged as often
 * @param ratio of ours to dl4j-spark's
 */
record PeerRow(int workers, boolean helpers, int k, int imagesPerWorkerStep, double secondsPerRound,
               double imagesPerSecond, double ourImagesPerSecond, double ratio) {

  static PeerRow of(int workers, boolean helpers, int k, int batch, double imagesPerSecond, double ours) {
    return new PeerRow(workers, helpers, k, batch, (double) workers * batch * k / imagesPerSecond, imagesPerSecond,
        ours, ours / imagesPerSecond);
  }
}
