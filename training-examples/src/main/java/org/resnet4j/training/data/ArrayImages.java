package org.resnet4j.training.data;

import java.awt.image.BufferedImage;
import java.io.Serializable;
import java.security.MessageDigest;

/** Images of one size in memory, 8 bits a channel, grey or RGB. Safe for many threads. */
public final class ArrayImages implements ImageSource, Serializable {
  private static final long serialVersionUID = 1L;

  private final String name;
  private final int height;
  private final int width;
  private final int channels;
  private final byte[] pixels;
  private final byte[] labels;

  /**
   * @param name of one image, which its index follows: "test image"
   * @param channels 1 (grey) or 3 (RGB)
   * @param pixels [N, height, width, channels], kept, not copied
   * @param labels [N], each 0 to 255 as an unsigned byte; kept, not copied
   * @throws IllegalArgumentException if the lengths don't fit one another
   */
  public ArrayImages(String name, int height, int width, int channels, byte[] pixels, byte[] labels) {
    if (height < 1 || width < 1 || channels != 1 && channels != 3
        || pixels.length != (long) labels.length * height * width * channels) {
      throw new IllegalArgumentException(name + ": pixels must be [N, height, width, 1 or 3] for N labels, found "
          + pixels.length + " for [" + labels.length + ", " + height + ", " + width + ", " + channels + "]");
    }
    this.name = name;
    this.height = height;
    this.width = width;
    this.channels = channels;
    this.pixels = pixels;
    this.labels = labels;
  }

  @Override
  public int size() {
    return labels.length;
  }

  @Override
  public int label(int index) {
    return labels[index] & 0xFF;
  }

  @Override
  public String name(int index) {
    return name + " " + index;
  }

  @Override
  public boolean inMemory() {
    return true;
  }

  @Override
  public BufferedImage image(int index) {
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    int[] packed = Pictures.pixels(image);
    int from = index * packed.length * channels;
    if (channels == 1) {
      for (int i = 0; i < packed.length; i++) {
        packed[i] = (pixels[from + i] & 0xFF) * 0x010101;
      }
      return image;
    }
    for (int i = 0; i < packed.length; i++, from += 3) {
      packed[i] = (pixels[from] & 0xFF) << 16 | (pixels[from + 1] & 0xFF) << 8 | pixels[from + 2] & 0xFF;
    }
    return image;
  }

  /** The image's index, label, and the SHA-256 of its pixels. */
  Hashed<Integer> hashed(int index) {
    int length = height * width * channels;
    MessageDigest digest = Fingerprint.sha256();
    digest.update(pixels, index * length, length);
    return new Hashed<>(index, label(index), Fingerprint.hex(digest));
  }
}
