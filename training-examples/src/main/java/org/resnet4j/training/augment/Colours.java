package org.resnet4j.training.augment;

/** Operations that mix a pixel's channels. Each line rounds to float where torch does. */
final class Colours {
  /** torch's conversion to uint8 drops the fraction, so torchvision takes a little less than 256 times the value. */
  private static final float TO_LEVELS = (float) (255 + 1.0 - 1e-3);

  private Colours() { }

  /** ITU-R 601-2 luma, the fraction dropped. */
  static int grey(int pixel) {
    return (int) (0.2989f * (pixel >> 16 & 0xFF) + 0.587f * (pixel >> 8 & 0xFF) + 0.114f * (pixel & 0xFF));
  }

  /** To 0..255, the fraction dropped. */
  static int level(float value) {
    return (int) Math.max(0, Math.min(255, value));
  }

  static void saturation(int[] from, int[] to, double factor) {
    float ratio = (float) factor;
    float rest = (float) (1 - factor);
    for (int i = 0; i < from.length; i++) {
      int pixel = from[i];
      float grey = rest * grey(pixel);
      to[i] = level(ratio * (pixel >> 16 & 0xFF) + grey) << 16 | level(ratio * (pixel >> 8 & 0xFF) + grey) << 8
          | level(ratio * (pixel & 0xFF) + grey);
    }
  }

  static void hue(int[] from, int[] to, double turn) {
    float by = (float) turn;
    for (int i = 0; i < from.length; i++) {
      to[i] = turned(from[i], by);
    }
  }

  private static int turned(int pixel, float turn) {
    float red = (pixel >> 16 & 0xFF) / 255f;
    float green = (pixel >> 8 & 0xFF) / 255f;
    float blue = (pixel & 0xFF) / 255f;
    float value = Math.max(red, Math.max(green, blue));
    float range = value - Math.min(red, Math.min(green, blue));
    if (range == 0) {
      int level = scaled(value);
      return level << 16 | level << 8 | level;
    }
    float hue = (hue(red, green, blue, value, range) + turn) % 1;
    return rgb(hue < 0 ? hue + 1 : hue, range / value, value);
  }

  private static float hue(float red, float green, float blue, float value, float range) {
    float redGap = (value - red) / range;
    float greenGap = (value - green) / range;
    float blueGap = (value - blue) / range;
    float sixth;
    if (value == red) {
      sixth = blueGap - greenGap;
    } else if (value == green) {
      sixth = 2 + redGap - blueGap;
    } else {
      sixth = 4 + greenGap - redGap;
    }
    return (sixth / 6 + 1) % 1;
  }

  private static int rgb(float hue, float saturation, float value) {
    float sector = (float) Math.floor(hue * 6);
    float part = hue * 6 - sector;
    int full = scaled(value);
    int least = scaled(unit(value * (1 - saturation)));
    int falling = scaled(unit(value * (1 - saturation * part)));
    int rising = scaled(unit(value * (1 - saturation * (1 - part))));
    return switch ((int) sector % 6) {
      case 0 -> full << 16 | rising << 8 | least;
      case 1 -> falling << 16 | full << 8 | least;
      case 2 -> least << 16 | full << 8 | rising;
      case 3 -> least << 16 | falling << 8 | full;
      case 4 -> rising << 16 | least << 8 | full;
      default -> full << 16 | least << 8 | falling;
    };
  }

  private static float unit(float value) {
    return Math.max(0, Math.min(1, value));
  }

  private static int scaled(float value) {
    return (int) (value * TO_LEVELS);
  }
}
