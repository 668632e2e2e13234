package org.resnet4j.zoo.image;

import java.awt.image.BufferedImage;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * How the camera was held: EXIF tag 0x0112 (EXIF 2.32, 4.6.4), in the order of its values 1 to 8. Each names what
 * makes the stored image upright.
 */
enum Orientation {
  UPRIGHT, MIRROR, ROTATE_180, FLIP, TRANSPOSE, ROTATE_90, TRANSVERSE, ROTATE_270;

  private static final int TAG = 0x0112;

  /** The image's orientation; UPRIGHT if it has no EXIF block, or a broken one, as in Pillow. */
  static Orientation of(ImageFormat format, byte[] content) {
    try {
      ByteBuffer file = ByteBuffer.wrap(content);
      ByteBuffer tiff = switch (format) {
        case JPEG -> exifOfJpeg(file);
        case PNG -> exifOfPng(file);
        case WEBP -> exifOfWebp(file.order(ByteOrder.LITTLE_ENDIAN));
        case TIFF -> file;
        case GIF, BMP -> null;
      };
      return tiff == null ? UPRIGHT : firstDirectory(tiff.slice());
    } catch (BufferUnderflowException | IndexOutOfBoundsException | IllegalArgumentException e) {
      return UPRIGHT;
    }
  }

  private static ByteBuffer exifOfJpeg(ByteBuffer file) {
    int at = 2;
    while ((file.get(at) & 0xFF) == 0xFF) {
      int marker = file.get(at + 1) & 0xFF;
      int length = file.getShort(at + 2) & 0xFFFF;
      if (marker == 0xDA || marker == 0xD9) {
        return null;
      }
      if (marker == 0xE1 && length >= 8 && file.getInt(at + 4) == 0x45786966) {
        return file.slice(at + 10, length - 8);
      }
      at += marker == 0xFF ? 1 : 2 + length;
    }
    return null;
  }

  private static ByteBuffer exifOfPng(ByteBuffer file) {
    for (int at = 8; ; at += 12 + file.getInt(at)) {
      if (file.getInt(at) < 0) {
        return null;
      }
      if (isTag(file, at + 4, "eXIf")) {
        return file.slice(at + 8, file.getInt(at));
      }
    }
  }

  private static ByteBuffer exifOfWebp(ByteBuffer file) {
    for (int at = 12; ; at += 8 + file.getInt(at + 4) + (file.getInt(at + 4) & 1)) {
      int length = file.getInt(at + 4);
      if (length < 0) {
        return null;
      }
      if (isTag(file, at, "EXIF")) {
        ByteBuffer exif = file.slice(at + 8, length);
        return isTag(exif, 0, "Exif") ? exif.slice(6, length - 6) : exif;
      }
    }
  }

  private static boolean isTag(ByteBuffer buffer, int at, String tag) {
    byte[] found = new byte[4];
    buffer.get(at, found);
    return tag.equals(new String(found, StandardCharsets.ISO_8859_1));
  }

  private static Orientation firstDirectory(ByteBuffer tiff) {
    tiff.order(tiff.get(0) == 'I' ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
    int directory = tiff.getInt(4);
    int entries = tiff.getShort(directory) & 0xFFFF;
    for (int i = 0; i < entries; i++) {
      int entry = directory + 2 + 12 * i;
      if ((tiff.getShort(entry) & 0xFFFF) == TAG) {
        int value = tiff.getShort(entry + 8);
        return value >= 1 && value <= 8 ? values()[value - 1] : UPRIGHT;
      }
    }
    return UPRIGHT;
  }

  /** The stored image turned upright; the image itself if it is. */
  BufferedImage upright(BufferedImage stored) {
    if (this == UPRIGHT) {
      return stored;
    }
    int width = stored.getWidth();
    int height = stored.getHeight();
    boolean turned = ordinal() >= TRANSPOSE.ordinal();
    BufferedImage upright = new BufferedImage(turned ? height : width, turned ? width : height,
        BufferedImage.TYPE_INT_RGB);
    int[] from = Pixels.of(stored);
    int[] to = Pixels.of(upright);
    int i = 0;
    for (int y = 0; y < upright.getHeight(); y++) {
      for (int x = 0; x < upright.getWidth(); x++) {
        to[i++] = switch (this) {
          case UPRIGHT -> from[y * width + x];
          case MIRROR -> from[y * width + width - 1 - x];
          case ROTATE_180 -> from[(height - 1 - y) * width + width - 1 - x];
          case FLIP -> from[(height - 1 - y) * width + x];
          case TRANSPOSE -> from[x * width + y];
          case ROTATE_90 -> from[(height - 1 - x) * width + y];
          case TRANSVERSE -> from[(height - 1 - x) * width + width - 1 - y];
          case ROTATE_270 -> from[x * width + width - 1 - y];
        };
      }
    }
    return upright;
  }
}
