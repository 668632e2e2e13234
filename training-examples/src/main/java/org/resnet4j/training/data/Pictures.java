package org.resnet4j.training.data;

import java.awt.image.BufferedImage;

/** Copies of TYPE_INT_RGB images of the same size. */
final class Pictures {
  private Pictures() { }

  static BufferedImage mirrored(BufferedImage image) {
    int width = image.getWidth();
    BufferedImage result = blank(image);
    int[] row = new int[width];
    int[] back = new int[width];
    for (int y = 0; y < image.getHeight(); y++) {
      image.getRaster().getDataElements(0, y, width, 1, row);
      for (int x = 0; x < width; x++) {
        back[x] = row[width - 1 - x];
      }
      result.getRaster().setDataElements(0, y, width, 1, back);
    }
    return result;
  }

  /** Moved right and down, what comes in being black. */
  static BufferedImage shifted(BufferedImage image, int right, int down) {
    BufferedImage result = blank(image);
    int width = image.getWidth() - Math.abs(right);
    int height = image.getHeight() - Math.abs(down);
    if (width > 0 && height > 0) {
      result.getRaster().setDataElements(Math.max(0, right), Math.max(0, down), image.getRaster()
          .createChild(Math.max(0, -right), Math.max(0, -down), width, height, 0, 0, null));
    }
    return result;
  }

  private static BufferedImage blank(BufferedImage image) {
    return new BufferedImage(image.getWidth(), image.getHeight(), BufferedImage.TYPE_INT_RGB);
  }
}
