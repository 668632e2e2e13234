package org.resnet4j.benchmarks.worker;

import java.nio.file.Path;

/**
 * All that a worker is told.
 *
 * @param model the zoo's name
 * @param channels of an image, of {@code height} x {@code width} pixels
 * @param output the file that takes results: [batch, classes] as little-endian floats
 * @param warmUpSeconds at least, before {@code ready}
 * @param roundSeconds at least, of each round
 */
public record WorkerTask(Job job, Method method, NumberType type, Variant variant, String model, int batch, int threads,
    int channels, int height, int width, ModelFiles files, String output, double warmUpSeconds, double roundSeconds) {

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
