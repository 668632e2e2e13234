package org.resnet4j.benchmarks.worker;

import java.util.SplittableRandom;

/**
 * Images of coloured waves and some noise, about standard normal. Of noise alone every image would be the same to a
 * network once it is averaged.
 */
final class RandomImages {
  private static final int WAVES = 4;
  private static final double MOST_CYCLES = 8;
  private static final double NOISE = 0.3;

  private RandomImages() {}

  /** {@code count} x [channels, height, width]; the same seed begins with the same images. */
  static float[] of(int count, int channels, int height, int width, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    float[] values = new float[count * channels * height * width];
    for (int plane = 0; plane < count * channels; plane++) {
      addWaves(values, plane * height * width, height, width, random.split());
    }
    return values;
  }

  private static void addWaves(float[] values, int offset, int height, int width, SplittableRandom random) {
    for (int wave = 0; wave < WAVES; wave++) {
      double down = random.nextDouble(-MOST_CYCLES, MOST_CYCLES) * 2 * Math.PI / height;
      double right = random.nextDouble(-MOST_CYCLES, MOST_CYCLES) * 2 * Math.PI / width;
      double phase = random.nextDouble(2 * Math.PI);
      for (int y = 0; y < height; y++) {
        for (int x = 0; x < width; x++) {
          values[offset + y * width + x] += (float) (Math.sin(phase + y * down + x * right) * 0.7);
        }
      }
    }
    for (int i = offset; i < offset + height * width; i++) {
      values[i] += (float) (random.nextDouble(-1, 1) * NOISE);
    }
  }
}
