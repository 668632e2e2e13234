package org.resnet4j.training.data;

import java.awt.Rectangle;
import java.awt.image.BufferedImage;
import java.util.Arrays;

/**
 * Pillow's antialiased bilinear filter as {@code Interpolation.BILINEAR}, with weights of 13 bits in place of 22: the
 * three colours of a pixel then fit one {@code long}, and one multiplication weighs them all.
 *
 * <p>A random crop of a 500x375 photo becomes 224x224 in 0.4 ms, in place of 0.9, its values off by 0.002 of 255 levels
 * on average and by 2 at most. OpenCV's resize takes 0.4 to 0.6 with its area filter and is off by 0.6 on average; its
 * bilinear filter, off by 1.2, doesn't widen when an image shrinks.
 */
final class PackedResize {
  private static final int BITS = 13;
  /** A 1 in each of the three lanes of 21 bits: 255 * 2^13 and a half fit one. */
  private static final long LANES = 1L << 42 | 1L << 21 | 1;
  private static final long HALF = LANES << BITS - 1;
  private static final long BYTES = LANES * 255;

  private PackedResize() { }

  /** Cuts {@code box}, which lies within it, out of a TYPE_INT_RGB image and resizes it. */
  static BufferedImage resize(BufferedImage image, Rectangle box, int width, int height) {
    Taps columns = Taps.of(box.width, width);
    Taps rows = Taps.of(box.height, height);
    int[] pixels = Pictures.pixels(image);
    BufferedImage result = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    int[] resized = Pictures.pixels(result);
    long[] row = new long[box.width];
    // Of the source's rows, made as wide as the result, those that the next row of the result needs: few enough for the
    // processor's first cache.
    long[][] narrowed = new long[rows.count][width];
    long[] sums = new long[width];
    for (int y = 0, next = 0; y < height; y++) {
      for (; next < rows.starts[y] + rows.count; next++) {
        spread(pixels, (box.y + next) * image.getWidth() + box.x, row);
        columns.across(row, narrowed[next % rows.count]);
      }
      rows.down(narrowed, y, sums);
      pack(sums, resized, y * width);
    }
    return result;
  }

  private static void spread(int[] pixels, int from, long[] row) {
    for (int x = 0; x < row.length; x++) {
      int pixel = pixels[from + x];
      row[x] = (pixel & 0xFF0000L) << 26 | (pixel & 0xFF00L) << 13 | pixel & 0xFFL;
    }
  }

  private static void pack(long[] sums, int[] pixels, int to) {
    for (int x = 0; x < sums.length; x++) {
      long value = sums[x] >>> BITS;
      pixels[to + x] = (int) (value >>> 26 & 0xFF0000 | value >>> 13 & 0xFF00 | value & 0xFF);
    }
  }

  /**
   * For each output position the first of {@code count} source positions; their weights sum up to 2^13.
   *
   * @param weights [positions, count]
   */
  private record Taps(int count, int[] starts, long[] weights) {
    static Taps of(int in, int out) {
      double scale = (double) in / out;
      double reach = Math.max(scale, 1);
      int count = Math.min(in, (int) Math.ceil(2 * reach));
      int[] starts = new int[out];
      long[] weights = new long[out * count];
      double[] exact = new double[count];
      for (int i = 0; i < out; i++) {
        double center = (i + 0.5) * scale;
        int start = Math.min(Math.max(0, (int) (center - reach + 0.5)), in - count);
        double sum = 0;
        for (int k = 0; k < count; k++) {
          exact[k] = Math.max(0, 1 - Math.abs(start + k - center + 0.5) / reach);
          sum += exact[k];
        }
        starts[i] = start;
        round(exact, sum, weights, i * count);
      }
      return new Taps(count, starts, weights);
    }

    /** The largest weight takes what rounding left, so that white stays white, and no lane overflows. */
    private static void round(double[] exact, double sum, long[] weights, int at) {
      long left = 1 << BITS;
      int largest = 0;
      for (int k = 0; k < exact.length; k++) {
        weights[at + k] = (long) (exact[k] / sum * (1 << BITS) + 0.5);
        left -= weights[at + k];
        largest = exact[k] > exact[largest] ? k : largest;
      }
      weights[at + largest] += left;
    }

    void across(long[] row, long[] target) {
      for (int x = 0, w = 0; x < starts.length; x++, w += count) {
        int from = starts[x];
        long sum = HALF + row[from] * weights[w];
        // Of up to four positions, as most crops have, without a loop in the loop.
        switch (count) {
          case 2 -> sum += row[from + 1] * weights[w + 1];
          case 3 -> sum += row[from + 1] * weights[w + 1] + row[from + 2] * weights[w + 2];
          case 4 -> sum += row[from + 1] * weights[w + 1] + row[from + 2] * weights[w + 2]
              + row[from + 3] * weights[w + 3];
          default -> {
            for (int k = 1; k < count; k++) {
              sum += row[from + k] * weights[w + k];
            }
          }
        }
        target[x] = sum >>> BITS & BYTES;
      }
    }

    /** The sums of one result row, out of the rows from its start on, of which each lies at its number modulo count. */
    void down(long[][] rows, int y, long[] sums) {
      Arrays.fill(sums, HALF);
      for (int k = 0, w = y * count; k < count; k += 2) {
        int at = (starts[y] + k) % count;
        // Beyond the last one, any row weighs nothing.
        long second = k + 1 < count ? weights[w + k + 1] : 0;
        add(rows[at], weights[w + k], rows[(at + 1) % count], second, sums);
      }
    }

    private static void add(long[] first, long firstWeight, long[] second, long secondWeight, long[] sums) {
      for (int x = 0; x < sums.length; x++) {
        sums[x] += first[x] * firstWeight + second[x] * secondWeight;
      }
    }
  }
}
