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
    float[] own = Colours.products(factor);
    float[] smoothed = Colours.products(1 - factor);
    // Of three rows, red and blue in 16 bits each of one int, green in another.
    int[] redBlue = new int[width];
    int[] green = new int[width];
    for (int y = 0, i = 0; y < height; y++) {
      boolean edgeRow = y == 0 || y == height - 1;
      if (!edgeRow) {
        addRows(from, i, redBlue, green);
      }
      for (int x = 0; x < width; x++, i++) {
        int pixel = from[i];
        int blurred = edgeRow || x == 0 || x == width - 1 ? pixel : blurred(pixel, x, redBlue, green);
        to[i] = Colours.level(own[pixel >> 16 & 0xFF] + smoothed[blurred >> 16 & 0xFF]) << 16
            | Colours.level(own[pixel >> 8 & 0xFF] + smoothed[blurred >> 8 & 0xFF]) << 8
            | Colours.level(own[pixel & 0xFF] + smoothed[blurred & 0xFF]);
      }
    }
  }

  private static void addRows(int[] from, int start, int[] redBlue, int[] green) {
    int width = redBlue.length;
    for (int x = 0, i = start; x < width; x++, i++) {
      int above = from[i - width];
      int pixel = from[i];
      int below = from[i + width];
      redBlue[x] = (above & 0xFF00FF) + (pixel & 0xFF00FF) + (below & 0xFF00FF);
      green[x] = (above & 0xFF00) + (pixel & 0xFF00) + (below & 0xFF00) >> 8;
    }
  }

  private static int blurred(int pixel, int x, int[] redBlue, int[] green) {
    int redBlueSum = redBlue[x - 1] + redBlue[x] + redBlue[x + 1] + 4 * (pixel & 0xFF00FF);
    int greenSum = green[x - 1] + green[x] + green[x + 1] + 4 * (pixel >> 8 & 0xFF);
    return mean(redBlueSum >>> 16) << 16 | mean(greenSum) << 8 | mean(redBlueSum & 0xFFFF);
  }

  /** Rounded; a 13th is never half-way. */
  private static int mean(int sum) {
    return (2 * sum + WEIGHT) / (2 * WEIGHT);
  }
}
