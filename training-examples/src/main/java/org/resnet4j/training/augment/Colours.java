package org.resnet4j.training.augment;

/** Operations that mix a pixel's channels. Each line rounds to float where torch does. */
final class Colours {
  /** torch's conversion to uint8 drops the fraction, so torchvision takes a little less than 256 times the value. */
  private static final float TO_LEVELS = (float) (255 + 1.0 - 1e-3);

  private static final float[] RED = products(0.2989);
  private static final float[] GREEN = products(0.587);
  private static final float[] BLUE = products(0.114);
  private static final float[] UNIT = new float[256];

  static {
    for (int level = 0; level < UNIT.length; level++) {
      UNIT[level] = level / 255f;
    }
  }

  private Colours() { }

  /** ITU-R 601-2 luma, the fraction dropped. */
  static int grey(int pixel) {
    return (int) (RED[pixel >> 16 & 0xFF] + GREEN[pixel >> 8 & 0xFF] + BLUE[pixel & 0xFF]);
  }

  /** To 0..255, the fraction dropped. */
  static int level(float value) {
    int whole = (int) value;
    return whole < 0 ? 0 : Math.min(whole, 255);
  }

  /** Every level times the factor: a look-up is quicker than a conversion to float. */
  static float[] products(double factor) {
    float[] products = new float[256];
    for (int level = 0; level < products.length; level++) {
      products[level] = (float) factor * level;
    }
    return products;
  }

  static void saturation(int[] from, int[] to, double factor) {
    float[] colour = products(factor);
    float[] greys = products(1 - factor);
    for (int i = 0; i < from.length; i++) {
      int pixel = from[i];
      float grey = greys[grey(pixel)];
      to[i] = level(colour[pixel >> 16 & 0xFF] + grey) << 16 | level(colour[pixel >> 8 & 0xFF] + grey) << 8
          | level(colour[pixel & 0xFF] + grey);
    }
  }

  static void hue(int[] from, int[] to, double turn) {
    float by = (float) turn;
    for (int i = 0; i < from.length; i++) {
      to[i] = turned(from[i], by);
    }
  }

  private static int turned(int pixel, float turn) {
    int red = pixel >> 16 & 0xFF;
    int green = pixel >> 8 & 0xFF;
    int blue = pixel & 0xFF;
    int most = Math.max(red, Math.max(green, blue));
    int least = Math.min(red, Math.min(green, blue));
    if (most == least) {
      int level = scaled(UNIT[most]);
      return level << 16 | level << 8 | level;
    }
    float value = UNIT[most];
    float range = value - UNIT[least];
    float sixth;
    if (most == red) {
      sixth = (value - UNIT[blue]) / range - (value - UNIT[green]) / range;
    } else if (most == green) {
      sixth = 2 + (value - UNIT[red]) / range - (value - UNIT[blue]) / range;
    } else {
      sixth = 4 + (value - UNIT[green]) / range - (value - UNIT[red]) / range;
    }
    float hue = wrapped(wrapped(sixth / 6 + 1) + turn);
    return rgb(hue, range / value, value);
  }

  /** From -1..2 to 0..1, which rounds below 0 only; a remainder by % takes ten times as long. */
  private static float wrapped(float hue) {
    return hue < 0 ? hue + 1 : hue >= 1 ? hue - 1 : hue;
  }

  private static int rgb(float hue, float saturation, float value) {
    int sector = (int) (hue * 6);
    float part = hue * 6 - sector;
    int full = scaled(value);
    int least = scaled(value * (1 - saturation));
    int falling = scaled(value * (1 - saturation * part));
    int rising = scaled(value * (1 - saturation * (1 - part)));
    return switch (sector) {
      case 1 -> falling << 16 | full << 8 | least;
      case 2 -> least << 16 | full << 8 | rising;
      case 3 -> least << 16 | falling << 8 | full;
      case 4 -> rising << 16 | least << 8 | full;
      case 5 -> full << 16 | least << 8 | falling;
      default -> full << 16 | rising << 8 | least;
    };
  }

  private static int scaled(float value) {
    return (int) (value * TO_LEVELS);
  }
}
