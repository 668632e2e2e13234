package org.resnet4j.training.augment;

import java.util.Arrays;
import java.util.function.IntUnaryOperator;

/** Operations that give each pixel of a channel a value that hangs on its old one alone, once the image was looked over. */
final class Levels {
  private static final int COUNT = 256;
  private static final int[] SHIFTS = {16, 8, 0};

  private Levels() { }

  static void brightness(int[] from, int[] to, double factor) {
    float ratio = (float) factor;
    same(from, to, value -> Colours.level(ratio * value));
  }

  static void contrast(int[] from, int[] to, double factor) {
    long sum = 0;
    for (int pixel : from) {
      sum += Colours.grey(pixel);
    }
    float ratio = (float) factor;
    float rest = (float) (1 - factor) * ((float) sum / from.length);
    same(from, to, value -> Colours.level(ratio * value + rest));
  }

  static void posterize(int[] from, int[] to, int bits) {
    int mask = (0xFF00 >> bits & 0xFF) * 0x010101;
    for (int i = 0; i < from.length; i++) {
      to[i] = from[i] & mask;
    }
  }

  static void solarize(int[] from, int[] to, double threshold) {
    same(from, to, value -> value >= (float) threshold ? 255 - value : value);
  }

  static void autoContrast(int[] from, int[] to) {
    int[][] histograms = histograms(from);
    int[][] tables = new int[3][];
    for (int channel = 0; channel < 3; channel++) {
      int lowest = 0;
      while (histograms[channel][lowest] == 0) {
        lowest++;
      }
      int highest = COUNT - 1;
      while (histograms[channel][highest] == 0) {
        highest--;
      }
      int from0 = lowest == highest ? 0 : lowest;
      // torch divides 255 by a tensor as 255 times the reciprocal, rounded in between.
      float scale = lowest == highest ? 1 : 1f / (highest - lowest) * 255;
      tables[channel] = table(value -> Colours.level((value - from0) * scale), SHIFTS[channel]);
    }
    look(from, to, tables);
  }

  static void equalize(int[] from, int[] to) {
    int[][] histograms = histograms(from);
    int[][] tables = new int[3][];
    for (int channel = 0; channel < 3; channel++) {
      tables[channel] = table(equalized(histograms[channel], from.length), SHIFTS[channel]);
    }
    look(from, to, tables);
  }

  /** Pillow's rule: the brightest value that occurs doesn't count, and what is left of 255 equal steps is dropped. */
  private static IntUnaryOperator equalized(int[] histogram, int pixels) {
    int brightest = COUNT - 1;
    while (histogram[brightest] == 0) {
      brightest--;
    }
    int step = (pixels - histogram[brightest]) / 255;
    if (step == 0) {
      return IntUnaryOperator.identity();
    }
    int[] below = new int[COUNT];
    for (int value = 1; value < COUNT; value++) {
      below[value] = below[value - 1] + histogram[value - 1];
    }
    return value -> value == 0 ? 0 : Math.min(255, (below[value] + step / 2) / step);
  }

  private static int[][] histograms(int[] pixels) {
    int[][] counts = new int[3][COUNT];
    for (int pixel : pixels) {
      counts[0][pixel >> 16 & 0xFF]++;
      counts[1][pixel >> 8 & 0xFF]++;
      counts[2][pixel & 0xFF]++;
    }
    return counts;
  }

  private static void same(int[] from, int[] to, IntUnaryOperator level) {
    int[] table = table(level, 0);
    look(from, to, new int[][] {Arrays.stream(table).map(value -> value << 16).toArray(),
        Arrays.stream(table).map(value -> value << 8).toArray(), table});
  }

  private static int[] table(IntUnaryOperator level, int shift) {
    int[] table = new int[COUNT];
    for (int value = 0; value < COUNT; value++) {
      table[value] = level.applyAsInt(value) << shift;
    }
    return table;
  }

  private static void look(int[] from, int[] to, int[][] tables) {
    int[] red = tables[0];
    int[] green = tables[1];
    int[] blue = tables[2];
    for (int i = 0; i < from.length; i++) {
      int pixel = from[i];
      to[i] = red[pixel >> 16 & 0xFF] | green[pixel >> 8 & 0xFF] | blue[pixel & 0xFF];
    }
  }
}
