package org.resnet4j.training.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.dataset.DataSet;
import org.resnet4j.zoo.image.Preprocessing;

class BalancedOrderTest {
  /** 70, 25, 4 and 1 images, mingled. */
  private static final int[] LABELS = IntStream.range(0, 100).map(i -> i % 10 < 7 ? 0 : i % 4 != 3 && i % 20 != 8 ? 1
      : i == 99 ? 3 : i % 20 == 8 ? 2 : 1).toArray();

  @Test
  void everyClassComesEquallyOftenAndItsImagesInTurn() {
    int[] counts = BalancedOrder.counts(LABELS, 4);
    Map<Integer, Integer> seen = new HashMap<>();
    int[] perClass = new int[4];
    for (int epoch = 0; epoch < 30; epoch++) {
      int[] order = BalancedOrder.of(LABELS, 4, 5, epoch);
      assertEquals(100, order.length);
      int[] inEpoch = new int[4];
      for (int index : order) {
        seen.merge(index, 1, Integer::sum);
        inEpoch[LABELS[index]]++;
        perClass[LABELS[index]]++;
      }
      assertArrayEquals(new int[] {25, 25, 25, 25}, inEpoch);
    }
    seen.forEach((index, times) -> assertEquals(perClass[LABELS[index]] / (double) counts[LABELS[index]], times, 1,
        "image " + index));
    assertEquals(100, seen.size());
  }

  @Test
  void classesTakeTurnsWithWhatIsLeftOver() {
    int[] labels = {0, 0, 0, 0, 0, 1, 2};
    int[] perClass = new int[3];
    for (int epoch = 0; epoch < 30; epoch++) {
      int[] inEpoch = new int[3];
      for (int index : BalancedOrder.of(labels, 3, 1, epoch)) {
        inEpoch[labels[index]]++;
        perClass[labels[index]]++;
      }
      assertTrue(Arrays.stream(inEpoch).allMatch(count -> count == 2 || count == 3), Arrays.toString(inEpoch));
    }
    assertArrayEquals(new int[] {70, 70, 70}, perClass);
  }

  @Test
  void hangsOnSeedAndEpochAlone() {
    assertArrayEquals(BalancedOrder.of(LABELS, 4, 5, 7), BalancedOrder.of(LABELS, 4, 5, 7));
    assertFalse(Arrays.equals(BalancedOrder.of(LABELS, 4, 5, 7), BalancedOrder.of(LABELS, 4, 5, 8)));
    assertFalse(Arrays.equals(BalancedOrder.of(LABELS, 4, 5, 7), BalancedOrder.of(LABELS, 4, 6, 7)));
  }

  @Test
  void theClassesAreSpreadOverTheEpoch() {
    int[] order = BalancedOrder.of(LABELS, 4, 5, 0);
    for (int c = 0; c < 4; c++) {
      int wanted = c;
      double mean = IntStream.range(0, 100).filter(i -> LABELS[order[i]] == wanted).average().orElseThrow();
      assertEquals(49.5, mean, 20, "class " + c);
    }
  }

  @Test
  void aClassWithoutImagesIsRefused() {
    assertThrows(IllegalArgumentException.class, () -> BalancedOrder.of(LABELS, 5, 1, 0));
    assertThrows(IllegalArgumentException.class, () -> BalancedOrder.of(LABELS, 3, 1, 0));
  }

  @Test
  void batchesAreBalancedAndRepeatedImagesVariedAnew() {
    ImageSource images = new ImageSource() {
      @Override public int size() {
        return LABELS.length;
      }

      @Override public int label(int index) {
        return LABELS[index];
      }

      @Override public String name(int index) {
        return "image " + index;
      }

      @Override public BufferedImage image(int index) {
        return Photos.image(index, 16, 16);
      }
    };
    BatchOptions options = BatchOptions.training(20, Augmentation.RANDOM_RESIZED_CROP, 3)
        .withSampling(Sampling.BALANCED);
    try (ImageBatches batches = new ImageBatches(images, List.of("a", "b", "c", "d"), Preprocessing.unit(8), options)) {
      double[] classes = new double[4];
      Set<Integer> ofTheRarest = new HashSet<>();
      int[] taken = new int[100];
      int filled = 0;
      while (batches.hasNext()) {
        DataSet batch = batches.next();
        for (int i = 0; i < 20; i++) {
          int index = batches.lastBatch()[i];
          taken[filled++] = index;
          classes[LABELS[index]] += batch.getLabels().getDouble(i, LABELS[index]);
          if (index == 99) {
            ofTheRarest.add(Arrays.hashCode(batch.getFeatures().slice(i).dup().data().asFloat()));
          }
        }
      }
      assertArrayEquals(new double[] {25, 25, 25, 25}, classes);
      assertArrayEquals(BalancedOrder.of(LABELS, 4, 3, 0), taken);
      assertEquals(25, ofTheRarest.size());
      assertNotEquals(0, batches.position());
    }
  }
}
