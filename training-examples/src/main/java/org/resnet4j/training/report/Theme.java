package org.resnet4j.training.report;

import java.awt.Color;

/** The colours of pictures, for pages on white and on dark; the page's style sheet repeats them. */
enum Theme {
  LIGHT(0xffffff, 0x1f2933, 0x6b7785, 0xe1e6eb, 0xf6f8fa, 0x1668b3, 0xc2410c),
  DARK(0x1b2128, 0xe6ebf0, 0x9aa7b4, 0x39434e, 0x232a32, 0x6cb6ff, 0xff8f57);

  private final Color background;
  private final Color ink;
  private final Color softInk;
  private final Color line;
  private final Color empty;
  private final Color accent;
  private final Color wrong;

  Theme(int background, int ink, int softInk, int line, int empty, int accent, int wrong) {
    this.background = new Color(background);
    this.ink = new Color(ink);
    this.softInk = new Color(softInk);
    this.line = new Color(line);
    this.empty = new Color(empty);
    this.accent = new Color(accent);
    this.wrong = new Color(wrong);
  }

  Color background() {
    return background;
  }

  Color ink() {
    return ink;
  }

  Color softInk() {
    return softInk;
  }

  Color line() {
    return line;
  }

  /** Of a cell with nothing in it. */
  Color empty() {
    return empty;
  }

  Color accent() {
    return accent;
  }

  Color wrong() {
    return wrong;
  }

  /** A colour between the background ({@code share} 0) and {@code full} ({@code share} 1). */
  Color tint(Color full, double share) {
    return new Color(mix(background.getRed(), full.getRed(), share), mix(background.getGreen(), full.getGreen(), share),
        mix(background.getBlue(), full.getBlue(), share));
  }

  private static int mix(int from, int to, double share) {
    return (int) Math.round(from + (to - from) * share);
  }
}
