package org.resnet4j.training.augment;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.resnet4j.training.data.Augmentation;
import org.resnet4j.training.data.AugmentationStep;
import org.resnet4j.zoo.image.Pixels;
import org.resnet4j.zoo.image.Preprocessing;
import org.resnet4j.zoo.image.Resize;

class PoliciesTest {
  private static final int DRAWS = 140_000;

  @Test
  void tablesEqualTorchvisions() {
    int compared = 0;
    for (JsonNode recorded : Recorded.read("tables")) {
      int bins = recorded.get("bins").asInt();
      OperationTable table = recorded.get("policy").asText().equals("RandAugment")
          ? new RandAugment(1, 0, bins).table(recorded.get("width").asInt(), recorded.get("height").asInt())
          : new TrivialAugment(bins).table();
      List<ImageOperation> operations = new ArrayList<>();
      for (String name : (Iterable<String>) () -> recorded.get("operations").fieldNames()) {
        ImageOperation operation = ImageOperationTest.named(name);
        operations.add(operation);
        JsonNode row = recorded.get("operations").get(name);
        assertEquals(row.get("signed").asBoolean(), OperationTable.signed(operation), name);
        for (int step = 0; step < row.get("magnitudes").size(); step++, compared++) {
          double magnitude = row.get("magnitudes").get(step).asDouble();
          assertEquals(magnitude, table.magnitude(operation, step), name + " " + step);
        }
      }
      assertEquals(OperationTable.OPERATIONS, operations);
    }
    assertTrue(compared > 1000, "only " + compared);
  }

  @Test
  void trivialAugmentPicksEachOperationStrengthAndSignEquallyOften() {
    SplittableRandom random = new SplittableRandom(3);
    assertEvenly(() -> TrivialAugment.WIDE.pick(random), 31);
  }

  @Test
  void randAugmentPicksEachOperationAndSignEquallyOftenAtItsMagnitude() {
    SplittableRandom random = new SplittableRandom(4);
    OperationTable table = RandAugment.DEFAULT.table(32, 32);
    Map<ImageOperation, Set<Double>> magnitudes = assertEvenly(() -> RandAugment.DEFAULT.pick(table, random), 1);
    assertEquals(Set.of(9 * 0.3f / 30, -9 * 0.3f / 30), toFloats(magnitudes.get(ImageOperation.SHEAR_X)));
  }

  private static Set<Float> toFloats(Set<Double> values) {
    Set<Float> floats = new HashSet<>();
    values.forEach(value -> floats.add(value.floatValue()));
    return floats;
  }

  /** Counts stay within five standard deviations of the mean. */
  private static Map<ImageOperation, Set<Double>> assertEvenly(Supplier<OperationTable.Pick> picks, int strengths) {
    Map<ImageOperation, Map<Double, Integer>> counts = new EnumMap<>(ImageOperation.class);
    for (int i = 0; i < DRAWS; i++) {
      OperationTable.Pick pick = picks.get();
      counts.computeIfAbsent(pick.operation(), key -> new HashMap<>()).merge(pick.magnitude(), 1, Integer::sum);
    }
    assertEquals(14, counts.size());
    counts.forEach((operation, magnitudes) -> {
      assertCount(1 / 14.0, magnitudes.values().stream().mapToInt(i -> i).sum(), operation);
      if (OperationTable.signed(operation)) {
        assertEquals(2 * strengths, magnitudes.size(), operation.name());
        magnitudes.forEach((magnitude, count) -> assertCount(1 / 28.0 / strengths, count, operation + " " + magnitude));
      }
    });
    Map<ImageOperation, Set<Double>> found = new EnumMap<>(ImageOperation.class);
    counts.forEach((operation, magnitudes) -> found.put(operation, magnitudes.keySet()));
    return found;
  }

  private static void assertCount(double share, int count, Object what) {
    assertEquals(DRAWS * share, count, 5 * Math.sqrt(DRAWS * share), what.toString());
  }

  @Test
  void stepsFollowEachOtherAndHangOnTheGeneratorAlone() {
    BufferedImage photo = Recorded.image(Recorded.read("operations").get("images").get("photo"));
    int[] before = Pixels.of(photo).clone();
    Preprocessing preprocessing = Preprocessing.unit(20).withResize(new Resize.Stretch());
    Augmentation augmentation = Augmentation.RANDOM_RESIZED_CROP.then(TrivialAugment.WIDE)
        .then(RandAugment.DEFAULT).then(new ColourJitter(0.4, 0.4, 0.4, 0.1));
    Set<Integer> results = new HashSet<>();
    for (int seed = 0; seed < 50; seed++) {
      BufferedImage once = augmentation.vary(photo, preprocessing, new SplittableRandom(seed));
      BufferedImage again = augmentation.vary(photo, preprocessing, new SplittableRandom(seed));
      assertArrayEquals(Pixels.of(once), Pixels.of(again));
      results.add(Arrays.hashCode(Pixels.of(once)));
    }
    assertEquals(50, results.size());
    assertArrayEquals(before, Pixels.of(photo));
  }

  @Test
  void colourJitterDrawsItsFactorsFromTheirRanges() {
    BufferedImage image = new BufferedImage(1, 1, BufferedImage.TYPE_INT_RGB);
    image.setRGB(0, 0, 0x646464);
    AugmentationStep jitter = new ColourJitter(0.5, 0, 0, 0);
    SplittableRandom random = new SplittableRandom(5);
    Map<Integer, Integer> counts = new HashMap<>();
    for (int i = 0; i < 100_000; i++) {
      counts.merge(Pixels.of(jitter.vary(image, random))[0] & 0xFF, 1, Integer::sum);
    }
    for (int level = 50; level < 150; level++) {
      assertEquals(1000, counts.get(level), 160, "level " + level);
    }
    assertEquals(100, counts.size());
  }

  @Test
  void impossibleParametersAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> new TrivialAugment(1));
    assertThrows(IllegalArgumentException.class, () -> new RandAugment(0, 9));
    assertThrows(IllegalArgumentException.class, () -> new RandAugment(2, 31));
    assertThrows(IllegalArgumentException.class, () -> new ColourJitter(-1, 0, 0, 0));
    assertThrows(IllegalArgumentException.class, () -> new ColourJitter(0, 0, 0, 0.6));
  }
}
