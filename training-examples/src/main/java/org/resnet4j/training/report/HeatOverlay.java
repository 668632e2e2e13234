package org.resnet4j.training.report;

import java.awt.image.BufferedImage;

/** A heat map over an image: the image grey and dim where the map is low, under warm colours where it is high. */
final class HeatOverlay {
  /** From warm to hot, lighter all the way, so that it needs no sense of colour: the upper part of inferno. */
  private static final int[] RAMP = {0x9f2a63, 0xcf4446, 0xfb9b06, 0xfcffa4};
  private static final double DIMMED = 0.45;
  private static final double STRONGEST = 0.7;

  private HeatOverlay() {}

  static BufferedImage draw(float[][] map, BufferedImage image) {
    int width = image.getWidth();
    int height = image.getHeight();
    BufferedImage drawn = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        double heat = at(map, (y + 0.5) * map.length / height - 0.5, (x + 0.5) * map[0].length / width - 0.5);
        drawn.setRGB(x, y, mix(dim(image.getRGB(x, y)), colour(heat), STRONGEST * heat));
      }
    }
    return drawn;
  }

  /** Bilinear between the centres of the map's cells, constant outside them. */
  static double at(float[][] map, double y, double x) {
    double top = Math.max(0, Math.min(map.length - 1, y));
    double left = Math.max(0, Math.min(map[0].length - 1, x));
    int y0 = (int) top;
    int x0 = (int) left;
    int y1 = Math.min(y0 + 1, map.length - 1);
    int x1 = Math.min(x0 + 1, map[0].length - 1);
    double upper = map[y0][x0] + (left - x0) * (map[y0][x1] - map[y0][x0]);
    double lower = map[y1][x0] + (left - x0) * (map[y1][x1] - map[y1][x0]);
    return upper + (top - y0) * (lower - upper);
  }

  private static int dim(int pixel) {
    int grey = (int) Math.round(0.299 * (pixel >> 16 & 0xFF) + 0.587 * (pixel >> 8 & 0xFF) + 0.114 * (pixel & 0xFF));
    return mix(mix(pixel, grey << 16 | grey << 8 | grey, DIMMED), 0, DIMMED);
  }

  private static int colour(double heat) {
    double at = heat * (RAMP.length - 1);
    int from = Math.min((int) at, RAMP.length - 2);
    return mix(RAMP[from], RAMP[from + 1], at - from);
  }

  private static int mix(int from, int to, double share) {
    int mixed = 0;
    for (int shift = 0; shift <= 16; shift += 8) {
      int a = from >> shift & 0xFF;
      int b = to >> shift & 0xFF;
      mixed |= (int) Math.round(a + (b - a) * share) << shift;
    }
    return mixed;
  }
}
