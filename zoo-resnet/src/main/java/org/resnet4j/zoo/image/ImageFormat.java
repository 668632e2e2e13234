package org.resnet4j.zoo.image;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Locale;
import java.util.Map;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import org.resnet4j.zoo.image.ImageException.Kind;

/** The formats that are read, told apart by their first bytes, each with the one ImageIO reader that reads it. */
enum ImageFormat {
  JPEG("com.twelvemonkeys."),
  PNG("com.sun."),
  GIF("com.sun."),
  BMP("com.sun."),
  WEBP("com.twelvemonkeys."),
  TIFF("com.sun.");

  /** Formats that people do have among their photos, by what stands at byte 4 or at byte 0. */
  private static final Map<String, String> KNOWN_AT_4 = Map.of("ftyphe", "HEIC", "ftypmif1", "HEIF", "ftypmsf1", "HEIF",
      "ftypavi", "AVIF", "JXL ", "JPEG XL", "jP  ", "JPEG 2000");
  private static final Map<String, String> KNOWN_AT_0 = Map.of("8BPS", "Photoshop", "%PDF", "PDF", "<svg", "SVG",
      "<?xml", "SVG or other XML", "\u00ff\n", "JPEG XL", "II+\0", "BigTIFF", "MM\0+", "BigTIFF", "\0\0\1\0", "icon");

  private final String readerPackage;

  ImageFormat(String readerPackage) {
    this.readerPackage = readerPackage;
  }

  static ImageFormat of(byte[] bytes, String where) {
    String start = latin1(bytes, 0, 16);
    if (start.startsWith("\u00ff\u00d8\u00ff")) {
      return JPEG;
    }
    if (start.startsWith("\u0089PNG\r\n\u001a\n")) {
      return PNG;
    }
    if (start.startsWith("GIF87a") || start.startsWith("GIF89a")) {
      return GIF;
    }
    if (start.startsWith("BM")) {
      return BMP;
    }
    if (start.startsWith("RIFF") && start.startsWith("WEBP", 8)) {
      return WEBP;
    }
    if (start.startsWith("II*\0") || start.startsWith("MM\0*")) {
      return TIFF;
    }
    String other = known(start);
    if (other != null) {
      throw new ImageException(Kind.UNSUPPORTED, where, "a file of the kind " + other
          + ", which is not read here; expected " + Arrays.toString(values()) + ": convert it to JPEG or PNG");
    }
    throw new ImageException(Kind.NOT_AN_IMAGE, where, "not an image: expected the first bytes of "
        + Arrays.toString(values()) + ", found " + hex(bytes) + "; remove the file or replace it");
  }

  private static String known(String start) {
    for (Map.Entry<String, String> entry : KNOWN_AT_4.entrySet()) {
      if (start.startsWith(entry.getKey(), 4)) {
        return entry.getValue();
      }
    }
    for (Map.Entry<String, String> entry : KNOWN_AT_0.entrySet()) {
      if (start.startsWith(entry.getKey())) {
        return entry.getValue();
      }
    }
    return null;
  }

  private static String latin1(byte[] bytes, int from, int length) {
    return new String(bytes, from, Math.min(length, bytes.length - from), StandardCharsets.ISO_8859_1);
  }

  private static String hex(byte[] bytes) {
    ByteBuffer first = ByteBuffer.wrap(bytes, 0, Math.min(8, bytes.length));
    StringBuilder text = new StringBuilder();
    while (first.hasRemaining()) {
      text.append(text.isEmpty() ? "" : " ").append("%02x".formatted(first.get()));
    }
    return text.toString();
  }

  /** A new reader of the one implementation that we tested, whatever else the application registered. */
  ImageReader newReader() {
    for (Iterator<ImageReader> readers = ImageIO.getImageReadersByFormatName(name()); readers.hasNext(); ) {
      ImageReader reader = readers.next();
      if (reader.getClass().getName().startsWith(readerPackage)) {
        return reader;
      }
    }
    throw new IllegalStateException("no " + name() + " reader of " + readerPackage
        + "* is registered with ImageIO; found " + Arrays.toString(ImageIO.getReaderFormatNames())
        + ": is the jar imageio-" + name().toLowerCase(Locale.ROOT)
        + " on the class path, and were the service files kept when jars were merged?");
  }
}
