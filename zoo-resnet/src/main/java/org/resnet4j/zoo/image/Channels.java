package org.resnet4j.zoo.image;

/** Which colour values a network's input holds, in this order along its channel axis. */
public enum Channels {
  RGB(3), BGR(3), GREY(1);

  private final int count;

  Channels(int count) {
    this.count = count;
  }

  public int count() {
    return count;
  }

  /**
   * RGB for 3, grey for 1.
   *
   * @throws IllegalArgumentException for any other count
   */
  public static Channels of(int count) {
    return switch (count) {
      case 1 -> GREY;
      case 3 -> RGB;
      default -> throw new IllegalArgumentException("An image becomes 1 (grey) or 3 (RGB) input channels, found "
          + count + ": feed a network of other channels with your own arrays");
    };
  }

  /** The value 0..255 of one channel of a packed 0xRRGGBB pixel; grey is ITU-R 601-2 luma, rounded as Pillow's. */
  int value(int rgb, int channel) {
    return switch (this) {
      case RGB -> rgb >> (16 - 8 * channel) & 0xFF;
      case BGR -> rgb >> (8 * channel) & 0xFF;
      case GREY -> ((rgb >> 16 & 0xFF) * 19595 + (rgb >> 8 & 0xFF) * 38470 + (rgb & 0xFF) * 7471 + 0x8000) >> 16;
    };
  }
}
