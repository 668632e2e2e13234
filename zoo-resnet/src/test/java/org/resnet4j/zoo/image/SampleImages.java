package org.resnet4j.zoo.image;

import java.awt.image.BufferedImage;
import java.util.zip.CRC32;

/** Images computed from a formula, so that Pillow and Java see the same. */
public final class SampleImages {
  private SampleImages() { }

  public static BufferedImage formula(int width, int height) {
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        image.setRGB(x, y, rgb((x * 7 + y * 13) % 256, (x * x + y) % 256, (x * y * 3 + 90) % 256));
      }
    }
    return image;
  }

  static int rgb(int red, int green, int blue) {
    return red << 16 | green << 8 | blue;
  }

  /** The CRC-32 of the pixels as R, G, B bytes: Python's {@code zlib.crc32(image.tobytes())}. */
  static long crc(BufferedImage image) {
    CRC32 crc = new CRC32();
    for (int y = 0; y < image.getHeight(); y++) {
      for (int x = 0; x < image.getWidth(); x++) {
        int rgb = image.getRGB(x, y);
        crc.update(rgb >> 16);
        crc.update(rgb >> 8);
        crc.update(rgb);
      }
    }
    return crc.getValue();
  }
}
