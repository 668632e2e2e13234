package org.resnet4j.zoo.image;

import java.nio.ByteBuffer;
import java.util.Optional;

/** The size of an image of which every decoder makes the same pixels, out of its header. */
record PlainImage(int width, int height) {
  private static final int ADOBE = 0x41646F62;
  private static final int ACTL = 0x6163544C;
  private static final int IDAT = 0x49444154;

  /** Empty for what decoders may differ in: CMYK, RGB stored in JPEG, palettes, alpha, 16 bits, animation. */
  static Optional<PlainImage> of(ImageFormat format, byte[] content) {
    try {
      ByteBuffer file = ByteBuffer.wrap(content);
      return switch (format) {
        case JPEG -> jpeg(file);
        case PNG -> png(file);
        case GIF, BMP, WEBP, TIFF -> Optional.empty();
      };
    } catch (IndexOutOfBoundsException e) {
      return Optional.empty();
    }
  }

  /** Segments up to the first scan: one frame header, sequential or progressive (ITU-T T.81, B.2.2). */
  private static Optional<PlainImage> jpeg(ByteBuffer file) {
    PlainImage found = null;
    int at = 2;
    while ((file.get(at) & 0xFF) == 0xFF) {
      int marker = file.get(at + 1) & 0xFF;
      int length = file.getShort(at + 2) & 0xFFFF;
      if (marker == 0xDA) {
        return Optional.ofNullable(found);
      }
      boolean frame = marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
      boolean adobe = marker == 0xEE && length >= 14 && file.getInt(at + 4) == ADOBE;
      if (length < 2 || marker <= 0x01 || marker >= 0xD0 && marker <= 0xD9 || marker == 0xFF
          || adobe && file.get(at + 15) != 1 || frame && (found != null || marker > 0xC2 || !isPlainFrame(file, at))) {
        return Optional.empty();
      }
      if (frame) {
        found = new PlainImage(file.getShort(at + 7) & 0xFFFF, file.getShort(at + 5) & 0xFFFF);
      }
      at += 2 + length;
    }
    return Optional.empty();
  }

  /** Grey, or components 1, 2, 3, colours at full size or halved across or both ways: so far all libjpegs agree. */
  private static boolean isPlainFrame(ByteBuffer file, int at) {
    int components = file.get(at + 9);
    if (file.get(at + 4) != 8 || components == 1) {
      return file.get(at + 4) == 8;
    }
    int luma = file.get(at + 11);
    return components == 3 && file.get(at + 10) == 1 && file.get(at + 13) == 2 && file.get(at + 16) == 3
        && (luma == 0x11 || luma == 0x21 || luma == 0x22) && file.get(at + 14) == 0x11 && file.get(at + 17) == 0x11;
  }

  /** 8 bits, grey or RGB, one frame. */
  private static Optional<PlainImage> png(ByteBuffer file) {
    int colour = file.get(25);
    for (int at = 8; file.getInt(at + 4) != IDAT; at += 12 + file.getInt(at)) {
      if (file.getInt(at + 4) == ACTL || file.getInt(at) < 0) {
        return Optional.empty();
      }
    }
    return file.get(24) == 8 && (colour == 0 || colour == 2)
        ? Optional.of(new PlainImage(file.getInt(16), file.getInt(20))) : Optional.empty();
  }
}
