package com.example.photos;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import org.datavec.image.data.ImageWritable;
import org.datavec.image.loader.NativeImageLoader;
import org.datavec.image.transform.ResizeImageTransform;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;

/** DataVec's images on the OpenCV of the bill of materials. */
class DataVecTest {
  /** Channels are blue, green, red; row y has green 4y, column x red 2x. */
  private static File image(Path folder, String format) throws IOException {
    BufferedImage image = new BufferedImage(90, 60, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < 60; y++) {
      for (int x = 0; x < 90; x++) {
        image.setRGB(x, y, 2 * x << 16 | 4 * y << 8 | 200);
      }
    }
    File file = folder.resolve("image." + format).toFile();
    assertTrue(ImageIO.write(image, format, file));
    return file;
  }

  @ParameterizedTest
  @ValueSource(strings = {"png", "jpg", "bmp", "tiff"})
  void imagesAreRead(String format, @TempDir Path folder) throws IOException {
    INDArray pixels = new NativeImageLoader(60, 90, 3).asMatrix(image(folder, format));
    double tolerance = format.equals("jpg") ? 12 : 0;
    assertEquals(200, pixels.getDouble(0, 0, 20, 40), tolerance);
    assertEquals(80, pixels.getDouble(0, 1, 20, 40), tolerance);
    assertEquals(80, pixels.getDouble(0, 2, 20, 40), tolerance);
  }

  @Test
  void imagesAreTransformed(@TempDir Path folder) throws IOException {
    ImageWritable image = new NativeImageLoader().asWritable(image(folder, "png"));
    ImageWritable small = new ResizeImageTransform(45, 30).transform(image);
    assertEquals(45, small.getWidth());
    assertEquals(30, small.getHeight());
  }

  @Test
  void whatIsNoImageIsAnIoException(@TempDir Path folder) throws IOException {
    Path file = Files.writeString(folder.resolve("image.jpg"), "this is not an image");
    assertThrows(IOException.class, () -> new NativeImageLoader(60, 90, 3).asMatrix(file.toFile()));
  }
}
