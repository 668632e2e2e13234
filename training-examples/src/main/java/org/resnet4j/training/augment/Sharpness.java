package org.resnet4j.training.augment;

/** Towards or away from the image smoothed by a 3x3 kernel of ones with 5 in its middle. */
final class Sharpness {
  private static final int WEIGHT = 13;

  private Sharpness() { }

  static void adjust(int[] from, int[] to, int width, int height, double factor) {
    if (width <= 2 || height <= 2) {
      System.arraycopy(from, 0, to, 0, from.length);
      return;
    }
    float ratio = (float) factor;
    float rest = (float) (1 - factor);
    for (int y = 0, i = 0; y < height; y++) {
      boolean edgeRow = y == 0 || y == height - 1;
      for (int x = 0; x < width; x++, i++) {
        int blurred = edgeRow || x == 0 || x == width - 1 ? from[i] : blurred(from, i, width);
        to[i] = blend(from[i], blurred, 16, ratio, rest) | blend(from[i], blurred, 8, ratio, rest)
            | blend(from[i], blurred, 0, ratio, rest);
      }
    }
  }

  private static int blend(int pixel, int blurred, int shift, float ratio, float rest) {
    return Colours.level(ratio * (pixel >> shift & 0xFF) + rest * (blurred >> shift & 0xFF)) << shift;
  }

  /** Three sums at once, of up to 13 * 255 each: red and blue have 16 bits of one int, green has another. */
  private static int blurred(int[] from, int i, int width) {
    int redBlue = 0;
    int green = 0;
    for (int row = i - width; row <= i + width; row += width) {
      redBlue += (from[row - 1] & 0xFF00FF) + (from[row] & 0xFF00FF) + (from[row + 1] & 0xFF00FF);
      green += (from[row - 1] >> 8 & 0xFF) + (from[row] >> 8 & 0xFF) + (from[row + 1] >> 8 & 0xFF);
    }
    redBlue += 4 * (from[i] & 0xFF00FF);
    green += 4 * (from[i] >> 8 & 0xFF);
    return mean(redBlue >>> 16) << 16 | mean(green) << 8 | mean(redBlue & 0xFFFF);
  }

  /** Rounded; a 13th is never half-way. */
  private static int mean(int sum) {
    return (2 * sum + WEIGHT) / (2 * WEIGHT);
  }
}
