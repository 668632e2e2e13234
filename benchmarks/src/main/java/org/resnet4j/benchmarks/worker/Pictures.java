package org.resnet4j.benchmarks.worker;

import java.awt.Rectangle;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.resnet4j.testdata.Fixtures;
import org.resnet4j.zoo.image.ImageDecoder;
import org.resnet4j.zoo.image.Interpolation;
import org.resnet4j.zoo.image.Preprocessing;

/**
 * Image files to train on: random pieces of four photographs, as PNG of 32 x 32 pixels where the network is CIFAR's,
 * else as JPEG of 500 x 375, about what ImageNet has.
 */
final class Pictures {
  private static final List<String> PHOTOS = List.of("astronaut", "chelsea", "coffee", "rocket");
  static final int CIFAR_SIDE = 32;
  private static final int WIDTH = 500;
  private static final int HEIGHT = 375;
  private static final float QUALITY = 0.9f;
  private static final double SMALLEST_PIECE = 0.3;

  private Pictures() {}

  /** How an image becomes a network's input of that many pixels a side: torchvision's and akamaster's numbers. */
  static Preprocessing preprocessing(int side) {
    Preprocessing large = Preprocessing.torch(side);
    return side == CIFAR_SIDE ? Preprocessing.unit(side).withChannelStatistics(large.mean(), large.std()) : large;
  }

  /** Writes {@code count} files, whose names are in their order. */
  static List<Path> write(Path folder, int count, int side, long seed) throws IOException {
    Files.createDirectories(folder);
    List<BufferedImage> photos = new ArrayList<>();
    for (String photo : PHOTOS) {
      try (InputStream stream = Fixtures.open("photos/" + photo + ".jpg")) {
        photos.add(ImageDecoder.DEFAULT.decode(stream, photo));
      }
    }
    SplittableRandom random = new SplittableRandom(seed);
    boolean small = side == CIFAR_SIDE;
    List<Path> files = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      BufferedImage photo = photos.get(i % photos.size());
      int width = small ? side : WIDTH;
      int height = small ? side : HEIGHT;
      BufferedImage picture = Interpolation.BILINEAR.resize(photo, piece(photo, width, height, random), width, height);
      Path file = folder.resolve(String.format(Locale.ROOT, "%05d.%s", i, small ? "png" : "jpg"));
      try (OutputStream stream = Files.newOutputStream(file)) {
        write(picture, small ? "png" : "jpg", stream);
      }
      files.add(file);
    }
    return files;
  }

  /** The network's inputs, [count, C, H, W]. */
  static float[] read(List<Path> files, Preprocessing preprocessing) {
    float[] values = new float[files.size() * preprocessing.inputLength()];
    for (int i = 0; i < files.size(); i++) {
      preprocessing.apply(ImageDecoder.DEFAULT.decode(files.get(i)), CNN2DFormat.NCHW, values,
          i * preprocessing.inputLength());
    }
    return values;
  }

  private static Rectangle piece(BufferedImage photo, int width, int height, SplittableRandom random) {
    double most = Math.min((double) photo.getWidth() / width, (double) photo.getHeight() / height);
    double scale = most * random.nextDouble(SMALLEST_PIECE, 1);
    int w = (int) (width * scale);
    int h = (int) (height * scale);
    return new Rectangle(random.nextInt(photo.getWidth() - w + 1), random.nextInt(photo.getHeight() - h + 1), w, h);
  }

  private static void write(BufferedImage picture, String format, OutputStream stream) throws IOException {
    ImageWriter writer = ImageIO.getImageWritersByFormatName(format).next();
    ImageWriteParam options = writer.getDefaultWriteParam();
    if (format.equals("jpg")) {
      options.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
      options.setCompressionQuality(QUALITY);
    }
    try (ImageOutputStream output = ImageIO.createImageOutputStream(stream)) {
      writer.setOutput(output);
      writer.write(null, new IIOImage(picture, null, null), options);
    } finally {
      writer.dispose();
    }
  }
}
