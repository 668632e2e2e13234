package org.resnet4j.training.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.resnet4j.zoo.image.ImageDecoder;
import org.resnet4j.zoo.image.Preprocessing;

class ImageBatchesTest {
  private static final List<String> CLASSES = List.of("a", "b", "c");
  private static final Preprocessing PREPROCESSING = Preprocessing.torch(8);
  @TempDir
  private Path folder;
  private final List<LabeledImage> images = new ArrayList<>();

  @BeforeEach
  void elevenImages() {
    for (int i = 0; i < 11; i++) {
      images.add(new LabeledImage(Photos.write(folder.resolve(i + ".png"), Photos.png(i)), i % 3));
    }
  }

  @Test
  void evaluationBatchesHoldTheImagesInOrderAndTheLastIsSmaller() {
    try (ImageBatches batches = batches(BatchOptions.evaluation(4))) {
      int seen = 0;
      for (int size : new int[] {4, 4, 3}) {
        DataSet batch = batches.next();
        assertArrayEquals(new long[] {size, 3, 8, 8}, batch.getFeatures().shape());
        assertArrayEquals(new long[] {size, 3}, batch.getLabels().shape());
        assertArrayEquals(IntStream.range(seen, seen + size).toArray(), batches.lastBatch());
        for (int i = 0; i < size; i++, seen++) {
          INDArray expected = PREPROCESSING.apply(ImageDecoder.DEFAULT.decode(images.get(seen).file()),
              CNN2DFormat.NCHW);
          assertEquals(expected.reshape(3, 8, 8), batch.getFeatures().slice(i));
          assertEquals(1, batch.getLabels().getDouble(i, images.get(seen).label()));
          assertEquals(1, batch.getLabels().slice(i).sumNumber().doubleValue());
        }
      }
      assertFalse(batches.hasNext());
      assertThrows(NoSuchElementException.class, batches::next);
    }
  }

  @Test
  void channelsLastHoldsTheSameNumbers() {
    try (ImageBatches first = batches(BatchOptions.evaluation(11));
        ImageBatches last = batches(BatchOptions.evaluation(11).withFormat(CNN2DFormat.NHWC))) {
      assertEquals(first.next().getFeatures(), last.next().getFeatures().permute(0, 3, 1, 2));
    }
  }

  @Test
  void epochsDifferAndThreadsAndCacheDoNot() {
    for (Augmentation augmentation : List.of(Augmentation.RANDOM_RESIZED_CROP, Augmentation.PAD_AND_CROP)) {
      BatchOptions options = BatchOptions.training(4, augmentation, 7);
      try (ImageBatches one = batches(options.withThreads(1).withCacheBytes(0));
          ImageBatches four = batches(options.withThreads(4).withCacheBytes(3_000))) {
        List<INDArray> earlier = List.of();
        for (int epoch = 0; epoch < 3; epoch++) {
          List<INDArray> alone = features(one);
          assertEquals(alone, features(four));
          assertNotEquals(earlier, alone);
          earlier = alone;
          one.reset();
          four.reset();
        }
      }
    }
  }

  @Test
  void featuresAreUsedAgainWhenTheNextBatchIsAskedFor() {
    BatchOptions options = BatchOptions.training(4, Augmentation.PAD_AND_CROP, 7);
    Set<Long> places = new HashSet<>();
    List<INDArray> seen = new ArrayList<>();
    INDArray first;
    try (ImageBatches kept = batches(options); ImageBatches reused = batches(options.withFreesBatches(true))) {
      first = kept.next().getFeatures();
      INDArray copy = first.dup();
      kept.epoch(0);
      for (int epoch = 0; epoch < 20; epoch++) {
        while (kept.hasNext()) {
          DataSet batch = reused.next();
          assertEquals(kept.next().getFeatures(), batch.getFeatures());
          assertFalse(batch.getFeatures().wasClosed(), "nobody has asked for another");
          if (batch.numExamples() == 4) {
            places.add(batch.getFeatures().data().address());
          }
          seen.add(batch.getFeatures());
        }
        assertFalse(reused.hasNext());
        kept.reset();
        reused.reset();
      }
      assertEquals(copy, first);
    }
    // Forty batches of four: one that is used, one that is looked at, and those ahead.
    assertTrue(places.size() <= 5, places.size() + " arrays");
    assertTrue(seen.stream().allMatch(INDArray::wasClosed));
    assertFalse(first.wasClosed());
  }

  @Test
  void theHeapHoldsImagesAndTheBatchesAhead() {
    try (ImageBatches batches = batches(BatchOptions.evaluation(4))) {
      assertEquals(11 * 4 * 8 * 8 + 3 * 4 * Float.BYTES * 3 * 8 * 8, batches.heapBytes());
    }
    try (ImageBatches batches = batches(BatchOptions.evaluation(100).withCacheBytes(0))) {
      assertEquals(3 * 11 * Float.BYTES * 3 * 8 * 8, batches.heapBytes());
    }
  }

  @Test
  void anEpochCanBeEnteredDirectly() {
    BatchOptions options = BatchOptions.training(4, Augmentation.FINE_TUNE_CROP, 7);
    try (ImageBatches walked = batches(options); ImageBatches jumped = batches(options)) {
      features(walked);
      walked.reset();
      jumped.next();
      jumped.epoch(1);
      assertEquals(1, walked.epoch());
      assertEquals(features(walked), features(jumped));
    }
  }

  @Test
  void lookingAheadDoesNotBeginAnEpoch() {
    try (ImageBatches batches = batches(BatchOptions.training(4, Augmentation.NONE, 7))) {
      assertTrue(batches.hasNext());
      batches.reset();
      assertEquals(0, batches.epoch());
      assertEquals(3, features(batches).size());
      batches.reset();
      assertEquals(1, batches.epoch());
    }
  }

  @Test
  void shufflingKeepsEveryImage() {
    try (ImageBatches batches = batches(BatchOptions.training(4, Augmentation.NONE, 1))) {
      List<LabeledImage> seen = new ArrayList<>();
      while (batches.hasNext()) {
        batches.next();
        IntStream.of(batches.lastBatch()).mapToObj(images::get).forEach(seen::add);
      }
      assertNotEquals(images, seen);
      assertEquals(new HashSet<>(images), new HashSet<>(seen));
      assertEquals(11, seen.size());
    }
  }

  @Test
  void anEpochGoesOnFromAnyBatchAsItWouldHaveGoneOn() {
    Mixing halved = (features, labels, random) -> labels[0] = random.nextFloat();
    BatchOptions options = BatchOptions.training(4, Augmentation.PAD_AND_CROP, 7).withMixing(halved);
    try (ImageBatches whole = batches(options); ImageBatches resumed = batches(options)) {
      whole.epoch(3);
      for (int batch = 0; batch < 3; batch++) {
        assertEquals(batch, whole.position());
        resumed.position(3, batch);
        DataSet expected = whole.next();
        DataSet found = resumed.next();
        assertEquals(expected.getFeatures(), found.getFeatures());
        assertEquals(expected.getLabels(), found.getLabels());
        assertNotEquals(4.0, found.getLabels().sumNumber().doubleValue());
      }
      resumed.position(3, 3);
      assertFalse(resumed.hasNext());
      resumed.reset();
      assertEquals(4, resumed.epoch());
    }
  }

  @Test
  void aVanishedAndADamagedImageAreSkippedAndListed() throws Exception {
    Files.delete(images.get(1).file());
    Files.write(images.get(6).file(), Arrays.copyOf(Photos.png(6), 100));
    try (ImageBatches batches = batches(BatchOptions.evaluation(4))) {
      assertEquals(3, batches.next().numExamples());
      assertArrayEquals(new int[] {0, 2, 3}, batches.lastBatch());
      DataSet second = batches.next();
      INDArray expected = PREPROCESSING.apply(ImageDecoder.DEFAULT.decode(images.get(7).file()), CNN2DFormat.NCHW);
      assertEquals(expected.reshape(3, 8, 8), second.getFeatures().slice(2));
      assertEquals(1, second.getLabels().getDouble(2, 1));
      batches.next();
      batches.reset();
      features(batches);
      assertEquals(List.of(images.get(1).file().toString(), images.get(6).file().toString()),
          batches.skipped().stream().map(BadImage::file).toList());
      assertTrue(batches.skipped().get(1).reason().contains("ends before"), batches.skipped().toString());
    }
  }

  @Test
  void aBatchOfWhichNothingIsLeftIsPassedOver() throws Exception {
    for (int i = 8; i < 11; i++) {
      Files.delete(images.get(i).file());
    }
    try (ImageBatches batches = batches(BatchOptions.evaluation(4))) {
      assertEquals(2, features(batches).size());
      assertEquals(3, batches.skipped().size());
    }
  }

  @Test
  void failSurfacesFromNext() throws Exception {
    Files.delete(images.get(5).file());
    try (ImageBatches batches = batches(BatchOptions.evaluation(4).withOnBadImage(OnBadImage.FAIL))) {
      batches.next();
      DataException failed = assertThrows(DataException.class, batches::next);
      assertEquals(DataException.Kind.BAD_IMAGE, failed.kind());
      assertTrue(failed.getMessage().contains("5.png"), failed.getMessage());
    }
  }

  @Test
  void aSecondEpochOfASmallSetReadsNoFile() throws Exception {
    try (ImageBatches batches = batches(BatchOptions.training(4, Augmentation.RANDOM_RESIZED_CROP, 1)
        .withCacheBytes(1 << 20))) {
      features(batches);
      for (LabeledImage image : images) {
        Files.delete(image.file());
      }
      batches.reset();
      assertEquals(3, features(batches).size());
      assertEquals(List.of(), batches.skipped());
    }
  }

  @Test
  void leavingAnEpochEarlySkipsNothing() {
    try (ImageBatches batches = batches(BatchOptions.training(1, Augmentation.NONE, 1).withCacheBytes(0))) {
      for (int epoch = 0; epoch < 50; epoch++) {
        batches.next();
        batches.epoch(epoch);
      }
      assertEquals(List.of(), batches.skipped());
    }
  }

  @Test
  void waitingIsCountedAndEndsWhenThePipelineIsAhead() throws Exception {
    AtomicInteger loaded = new AtomicInteger();
    ImageSource slow = new ImageSource() {
      @Override public int size() {
        return 9;
      }

      @Override public int label(int index) {
        return 0;
      }

      @Override public String name(int index) {
        return "" + index;
      }

      @Override public BufferedImage image(int index) {
        try {
          Thread.sleep(100);
        } catch (InterruptedException e) {
          throw new IllegalStateException(e);
        }
        loaded.incrementAndGet();
        return Photos.image(index, 8, 8);
      }
    };
    try (ImageBatches batches = new ImageBatches(slow, CLASSES, PREPROCESSING,
        BatchOptions.evaluation(3).withThreads(1))) {
      assertEquals(0, batches.waitedSeconds());
      batches.next();
      double first = batches.waitedSeconds();
      assertTrue(first >= 0.3, first + " s");
      while (loaded.get() < 9) {
        Thread.sleep(20);
      }
      Thread.sleep(200);
      batches.next();
      batches.next();
      assertTrue(batches.waitedSeconds() - first < 0.2, "made while nobody asked: " + batches.waitedSeconds());
    }
  }

  @Test
  void closedBatchesRefuseAndTheirThreadsEnd() throws Exception {
    ImageBatches batches = batches(BatchOptions.evaluation(4));
    batches.next();
    batches.close();
    assertThrows(IllegalStateException.class, batches::next);
    long deadline = System.nanoTime() + 10_000_000_000L;
    while (Thread.getAllStackTraces().keySet().stream().anyMatch(thread -> thread.getName().equals("image-batches"))) {
      assertTrue(System.nanoTime() < deadline, "a thread lives on");
      Thread.sleep(20);
    }
  }

  @Test
  void aLabelWithoutClassIsRefused() {
    images.add(new LabeledImage(folder.resolve("x.png"), 3));
    assertThrows(IllegalArgumentException.class, () -> batches(BatchOptions.evaluation(4)));
  }

  private ImageBatches batches(BatchOptions options) {
    return new ImageBatches(images, CLASSES, PREPROCESSING, options);
  }

  private static List<INDArray> features(ImageBatches batches) {
    List<INDArray> features = new ArrayList<>();
    while (batches.hasNext()) {
      features.add(batches.next().getFeatures());
    }
    return features;
  }
}
