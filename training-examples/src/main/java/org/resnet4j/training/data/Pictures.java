package org.resnet4j.training.data;

import java.awt.image.BufferedImage;
import java.awt.image.DataBufferInt;

/** Copies of TYPE_INT_RGB images of the same size, which are whole ones, not parts of others. */
final class Pictures {
  private Pictures() { }

  static BufferedImage mirrored(BufferedImage image) {
    int width = image.getWidth();
    int[] from = pixels(image);
    BufferedImage result = blank(image);
    int[] to = pixels(result);
    for (int row = 0; row < from.length; row += width) {
      for (int x = 0, last = row + width - 1; x < width; x++) {
        to[row + x] = from[last - x];
      }
    }
    return result;
  }

  /** Moved right and down, what comes in being black. */
  static BufferedImage shifted(BufferedImage image, int right, int down) {
    BufferedImage result = blank(image);
    int width = image.getWidth();
    int kept = width - Math.abs(right);
    if (kept > 0) {
      int[] from = pixels(image);
      int[] to = pixels(result);
      int end = Math.min(image.getHeight(), image.getHeight() + down);
      for (int y = Math.max(0, down); y < end; y++) {
        System.arraycopy(from, (y - down) * width + Math.max(0, -right), to, y * width + Math.max(0, right), kept);
      }
    }
    return result;
  }

  /** Without a copy, row by row. */
  static int[] pixels(BufferedImage image) {
    return ((DataBufferInt) image.getRaster().getDataBuffer()).getData();
  }

  private static BufferedImage blank(BufferedImage image) {
    return new BufferedImage(image.getWidth(), image.getHeight(), BufferedImage.TYPE_INT_RGB);
  }
}
