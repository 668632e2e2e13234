package org.resnet4j.benchmarks.worker;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RandomImagesTest {
  @Test
  void smallerBatchesAreTheBeginning() {
    float[] two = RandomImages.of(2, 3, 8, 8, 5);
    assertArrayEquals(Arrays.copyOf(two, 192), RandomImages.of(1, 3, 8, 8, 5));
    assertTrue(!Arrays.equals(Arrays.copyOf(two, 192), Arrays.copyOfRange(two, 192, 384)));
  }

  @Test
  void valuesAreAboutStandardNormal() {
    float[] images = RandomImages.of(16, 3, 32, 32, 1);
    double mean = IntStream.range(0, images.length).mapToDouble(i -> images[i]).average().orElseThrow();
    double square = IntStream.range(0, images.length).mapToDouble(i -> images[i] * images[i]).average().orElseThrow();
    assertEquals(0, mean, 0.05);
    assertEquals(1, square, 0.1);
  }
}
