package org.resnet4j.training.report;

import java.awt.Color;

/** The colours of pictures and page; the page's style sheet repeats them. */
final class Palette {
  static final Color INK = new Color(0x1f2933);
  static final Color SOFT_INK = new Color(0x6b7785);
  static final Color LINE = new Color(0xe1e6eb);
  static final Color ACCENT = new Color(0x1668b3);
  static final Color WRONG = new Color(0xc2410c);

  private Palette() {}

  /** A colour between white ({@code share} 0) and {@code full} ({@code share} 1). */
  static Color tint(Color full, double share) {
    return new Color(
        mix(full.getRed(), share), mix(full.getGreen(), share), mix(full.getBlue(), share));
  }

  private static int mix(int full, double share) {
    return (int) Math.round(255 + (full - 255) * share);
  }
}
