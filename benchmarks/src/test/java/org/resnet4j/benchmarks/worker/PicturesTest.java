package org.resnet4j.benchmarks.worker;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.resnet4j.zoo.image.ImageDecoder;

class PicturesTest {
  @TempDir
  Path folder;

  @Test
  void cifarsArePngOfTheNetworksSize() throws IOException {
    List<Path> files = Pictures.write(folder, 6, 32, 1);
    assertEquals(List.of("00000.png", "00005.png"),
        List.of(files.get(0).getFileName().toString(), files.get(5).getFileName().toString()));
    float[] values = Pictures.read(files, Pictures.preprocessing(32));
    assertEquals(6 * 3 * 32 * 32, values.length);
    // A white pixel's red is (1 - 0.485) / 0.229.
    BufferedImage image = ImageDecoder.DEFAULT.decode(files.get(0));
    assertEquals(((image.getRGB(0, 0) >> 16 & 0xff) / 255.0 - 0.485) / 0.229, values[0], 1e-5);
    assertTrue(!Arrays.equals(Arrays.copyOf(values, 3072), Arrays.copyOfRange(values, 3072 * 4, 3072 * 5)),
        "two pieces of the same photograph");
  }

  @Test
  void othersAreLargeJpeg() throws IOException {
    Path file = Pictures.write(folder, 1, 224, 1).get(0);
    BufferedImage image = ImageDecoder.DEFAULT.decode(file);
    assertEquals(List.of("00000.jpg", 500, 375),
        List.of(file.getFileName().toString(), image.getWidth(), image.getHeight()));
    assertTrue(Files.size(file) > 20_000 && Files.size(file) < 200_000, "" + Files.size(file));
  }

  @Test
  void theSameSeedGivesTheSameFiles() throws IOException {
    Path one = Pictures.write(folder.resolve("one"), 2, 224, 1).get(1);
    Path two = Pictures.write(folder.resolve("two"), 2, 224, 1).get(1);
    assertArrayEquals(Files.readAllBytes(one), Files.readAllBytes(two));
  }
}
