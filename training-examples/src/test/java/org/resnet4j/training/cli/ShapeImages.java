package org.resnet4j.training.cli;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import javax.imageio.ImageIO;

/** Folders of small pictures that a tiny net learns in seconds: a class is a coloured shape somewhere on grey. */
final class ShapeImages {
  /** Shape and colour of a class. */
  enum Shape { RED_DISC, GREEN_SQUARE, BLUE_DISC }

  private ShapeImages() {}

  /** Writes {@code count} PNG files of 32x32 pixels into a folder, which is made. */
  static Path write(Path folder, Shape shape, int count, long seed) throws IOException {
    Files.createDirectories(folder);
    Random random = new Random(seed * 31 + shape.ordinal());
    for (int i = 0; i < count; i++) {
      BufferedImage image = new BufferedImage(32, 32, BufferedImage.TYPE_INT_RGB);
      Graphics2D g = image.createGraphics();
      int grey = 80 + random.nextInt(80);
      g.setColor(new Color(grey, grey, grey));
      g.fillRect(0, 0, 32, 32);
      int side = 12 + random.nextInt(10);
      int x = random.nextInt(32 - side);
      int y = random.nextInt(32 - side);
      switch (shape) {
        case RED_DISC -> {
          g.setColor(Color.RED);
          g.fillOval(x, y, side, side);
        }
        case GREEN_SQUARE -> {
          g.setColor(Color.GREEN);
          g.fillRect(x, y, side, side);
        }
        case BLUE_DISC -> {
          g.setColor(Color.BLUE);
          g.fillOval(x, y, side, side);
        }
      }
      g.dispose();
      ImageIO.write(image, "png", folder.resolve(String.format("%03d.png", i)).toFile());
    }
    return folder;
  }
}
