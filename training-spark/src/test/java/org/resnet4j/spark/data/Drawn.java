package org.resnet4j.spark.data;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Random;
import javax.imageio.ImageIO;

/** Image files, each number a different picture. */
public final class Drawn {
  private Drawn() { }

  public static byte[] encoded(int number, String format) {
    BufferedImage image = new BufferedImage(20 + number % 7, 17, BufferedImage.TYPE_INT_RGB);
    Random random = new Random(number);
    for (int i = 0; i < image.getWidth() * image.getHeight(); i++) {
      image.setRGB(i % image.getWidth(), i / image.getWidth(), random.nextInt(1 << 24));
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      ImageIO.write(image, format, bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  /** JPEGs and PNGs by turns. */
  public static void fill(Path folder, int from, int count) {
    for (int i = from; i < from + count; i++) {
      String format = i % 2 == 0 ? "jpg" : "png";
      write(folder.resolve(String.format(Locale.ROOT, "%02d.%s", i, format)), encoded(i, format));
    }
  }

  public static void write(Path file, byte[] content) {
    try {
      Files.createDirectories(file.getParent());
      Files.write(file, content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
