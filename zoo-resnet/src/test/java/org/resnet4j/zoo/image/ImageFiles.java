package org.resnet4j.zoo.image;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import javax.imageio.ImageIO;

/** Image files made in the test, and those of src-test-data/scripts/images.py. */
public final class ImageFiles {
  static final int RED = 0xC81E14;
  static final int GREEN = 0x14B428;
  static final int BLUE = 0x1E28D2;
  static final int WHITE = 0xFFFFFF;

  private ImageFiles() { }

  static byte[] recorded(String name) {
    try (InputStream stream = ImageFiles.class.getResourceAsStream("/org/resnet4j/testdata/images/" + name)) {
      return stream.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** 32 x 24: red, green over blue, white. */
  static BufferedImage quarters(int type) {
    BufferedImage image = new BufferedImage(32, 24, type);
    for (int y = 0; y < 24; y++) {
      for (int x = 0; x < 32; x++) {
        image.setRGB(x, y, 0xFF000000 | (y < 12 ? x < 16 ? RED : GREEN : x < 16 ? BLUE : WHITE));
      }
    }
    return image;
  }

  public static byte[] encode(BufferedImage image, String format) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      if (!ImageIO.write(image, format, bytes)) {
        throw new IllegalArgumentException("no " + format + " writer for " + image);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  /** A JPEG whose EXIF block says the orientation. */
  static byte[] turnedJpeg(int orientation) {
    byte[] jpeg = encode(quarters(BufferedImage.TYPE_INT_RGB), "jpg");
    ByteBuffer exif = ByteBuffer.allocate(36);
    exif.putShort((short) 0xFFE1).putShort((short) 34).put("Exif\0\0MM\0*".getBytes(StandardCharsets.ISO_8859_1));
    exif.putInt(8).putShort((short) 1).putShort((short) 0x0112).putShort((short) 3).putInt(1);
    exif.putShort((short) orientation).putShort((short) 0).putInt(0);
    return ByteBuffer.allocate(jpeg.length + 36).put(jpeg, 0, 2).put(exif.array()).put(jpeg, 2, jpeg.length - 2)
        .array();
  }

  /** A PNG of nothing but a header that claims a size. */
  static byte[] pngHeader(int width, int height) {
    ByteBuffer png = ByteBuffer.allocate(45).put(new byte[] {(byte) 0x89, 'P', 'N', 'G', 13, 10, 26, 10});
    png.putInt(13).put("IHDR".getBytes(StandardCharsets.US_ASCII)).putInt(width).putInt(height)
        .put(new byte[] {8, 2, 0, 0, 0});
    putCrc(png, 12, 17);
    png.putInt(0).put("IEND".getBytes(StandardCharsets.US_ASCII));
    putCrc(png, 37, 4);
    return png.array();
  }

  private static void putCrc(ByteBuffer png, int from, int length) {
    CRC32 crc = new CRC32();
    crc.update(png.array(), from, length);
    png.putInt((int) crc.getValue());
  }
}
