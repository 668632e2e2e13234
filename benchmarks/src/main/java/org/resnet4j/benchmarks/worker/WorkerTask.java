package org.resnet4j.benchmarks.worker;

import java.nio.file.Path;

/**
 * All that a worker is told.
 *
 * @param model the zoo's name
 * @param channels of an image, of {@code height} x {@code width} pixels
 * @param recipe of training
 * @param pipeline of training
 * @param output the file that takes results as little-endian floats: [batch, classes], or the losses of training's
 *     first steps
 * @param warmUpSeconds at least, before {@code ready}
 * @param roundSeconds at least, of each round
 */
public record WorkerTask(Job job, Method method, NumberType type, Variant variant, String model, int batch, int threads,
    int channels, int height, int width, ModelFiles files, Recipe recipe, Pipeline pipeline, String output,
    double warmUpSeconds, double roundSeconds) {

  /**
   * Calls of a round that aren't measured. Others have had the caches since the round before; and a pipeline has filled
   * its queues, of two batches for each thread at most, while nobody took any.
   */
  public int leadCalls() {
    return pipeline == Pipeline.ON ? 1 + 2 * threads : 1;
  }

  /** Values of a batch. */
  public int inputLength() {
    return batch * channels * height * width;
  }

  /** [N, C, H, W] of a batch. */
  public long[] inputShape() {
    return new long[] {batch, channels, height, width};
  }

  /** {@link #output} as a path. */
  public Path outputFile() {
    return Path.of(output);
  }
}
