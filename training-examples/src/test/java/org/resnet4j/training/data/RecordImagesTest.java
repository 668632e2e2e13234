package org.resnet4j.training.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.datavec.api.records.metadata.RecordMetaData;
import org.datavec.api.records.reader.RecordReader;
import org.datavec.api.records.reader.impl.collection.CollectionRecordReader;
import org.datavec.api.records.reader.impl.csv.CSVRecordReader;
import org.datavec.api.split.FileSplit;
import org.datavec.api.writable.IntWritable;
import org.datavec.api.writable.NDArrayWritable;
import org.datavec.api.writable.Text;
import org.datavec.api.writable.Writable;
import org.nd4j.linalg.dataset.adapter.MultiDataSetIteratorAdapter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.resnet4j.training.data.DataException.Kind;
import org.resnet4j.zoo.image.Channels;
import org.resnet4j.zoo.image.Preprocessing;

class RecordImagesTest {
  private static final RecordLayout ARRAYS = RecordLayout.imageRecordReader(4, 5, 3);
  private static final RecordLayout COLUMNS = RecordLayout.columns(0, 2, 3, 1);
  private static final Preprocessing PREPROCESSING = Preprocessing.unit(4, Channels.RGB);
  private static final long MEGABYTE = 1 << 20;
  @TempDir
  private Path folder;

  @Test
  void imageRecordReadersArraysAreBlueGreenRed() {
    INDArray array = Nd4j.zeros(1, 3, 4, 5);
    array.putScalar(0, 0, 2, 1, 17);
    array.putScalar(0, 1, 2, 1, 34);
    array.putScalar(0, 2, 2, 1, 255);
    RecordImages images = new RecordImages(reader(List.of(record(array, 0), record(array.mul(0), 2))), ARRAYS,
        MEGABYTE);
    assertEquals(2, images.size());
    assertEquals(2, images.label(1));
    assertEquals(List.of("0", "1", "2"), images.classes());
    assertEquals(0xFF2211, images.image(0).getRGB(1, 2) & 0xFFFFFF);
    assertEquals(5, images.image(1).getWidth());
    assertTrue(images.inMemory());
  }

  @Test
  void columnsOfACsvFileArePixels() throws Exception {
    RecordImages images = new RecordImages(csv("3,0,1,2,3,4,255", "0,9,8,7,6,5,4"), COLUMNS, MEGABYTE);
    assertEquals(3, images.label(0));
    assertEquals(0xFFFFFF, images.image(0).getRGB(2, 1) & 0xFFFFFF);
    assertEquals(0x060606, images.image(1).getRGB(0, 1) & 0xFFFFFF);
  }

  @Test
  void whatFindsNoRoomIsReadAgain() throws Exception {
    String[] lines = IntStream.range(0, 20).mapToObj(line -> IntStream.range(0, 7)
        .mapToObj(i -> "" + (i == 0 ? line % 2 : line * 6 + i)).collect(Collectors.joining(",")))
        .toArray(String[]::new);
    RecordImages all = new RecordImages(csv(lines), COLUMNS, MEGABYTE);
    RecordImages some = new RecordImages(csv(lines), COLUMNS, 31);
    assertFalse(some.inMemory());
    for (int i : new int[] {19, 0, 7, 5, 4}) {
      assertEquals(all.image(i).getRGB(2, 1), some.image(i).getRGB(2, 1));
    }
    BatchOptions options = BatchOptions.training(3, Augmentation.PAD_AND_CROP, 4);
    List<String> classes = all.classes();
    Preprocessing preprocessing = Preprocessing.unit(2);
    try (ImageBatches one = new ImageBatches(all, classes, preprocessing, options.withThreads(1));
        ImageBatches many = new ImageBatches(some, classes, preprocessing, options.withThreads(4).withCacheBytes(0))) {
      while (one.hasNext()) {
        assertEquals(one.next().getFeatures(), many.next().getFeatures());
      }
      assertFalse(many.hasNext());
    }
  }

  @Test
  void tooManyForTheMemoryOfAReaderThatCannotReadAgainIsSaid() {
    RecordReader forgetful = new CollectionRecordReader(List.of(record(image(1), 0), record(image(2), 1))) {
      @Override
      public org.datavec.api.records.Record nextRecord() {
        return new org.datavec.api.records.impl.Record(next(), (RecordMetaData) null);
      }
    };
    DataException refused = assertThrows(DataException.class, () -> new RecordImages(forgetful, ARRAYS, 100));
    assertEquals(Kind.TOO_LARGE, refused.kind());
    assertTrue(refused.getMessage().contains("record 1") && refused.getMessage().contains("100 bytes"),
        refused.getMessage());
  }

  @Test
  void recordsOfAnotherLayoutAreRefused() {
    List<List<Writable>> wrong = List.of(record(Nd4j.zeros(1, 4, 5, 3), 0), record(Nd4j.zeros(1, 3, 4, 4), 0),
        record(image(1).div(255), 0), record(image(1).sub(1), 0), record(image(1), -1),
        List.of(new NDArrayWritable(image(1)), new Text("cat")), List.of(new NDArrayWritable(image(1))),
        List.of(new Text("a.png"), new IntWritable(1)));
    for (List<Writable> record : wrong) {
      DataException refused = assertThrows(DataException.class,
          () -> new RecordImages(reader(List.of(record(image(3), 0), record)), ARRAYS, MEGABYTE));
      assertEquals(Kind.BAD_IMAGE, refused.kind());
      assertTrue(refused.getMessage().startsWith("record 1: expected "), refused.getMessage());
    }
    assertEquals(Kind.NO_IMAGES, assertThrows(DataException.class,
        () -> new RecordImages(reader(List.of()), ARRAYS, MEGABYTE)).kind());
  }

  @Test
  void multiDataSetIteratorsGetTheSameBatches() {
    List<List<Writable>> records = IntStream.range(0, 10).mapToObj(i -> record(image(i), i % 2)).toList();
    RecordImages images = new RecordImages(reader(records), ARRAYS, MEGABYTE);
    BatchOptions options = BatchOptions.training(4, Augmentation.PAD_AND_CROP, 4);
    try (ImageBatches batches = new ImageBatches(images, images.classes(), PREPROCESSING, options);
        ImageBatches adapted = new ImageBatches(images, images.classes(), PREPROCESSING, options)) {
      MultiDataSetIteratorAdapter multi = new MultiDataSetIteratorAdapter(adapted);
      for (int epoch = 0; epoch < 2; epoch++) {
        int seen = 0;
        while (multi.hasNext()) {
          MultiDataSet batch = multi.next();
          assertEquals(batches.next().getFeatures(), batch.getFeatures(0));
          seen += batch.getFeatures(0).size(0);
        }
        assertEquals(10, seen);
        assertFalse(batches.hasNext());
        multi.reset();
        batches.reset();
      }
      assertFalse(multi.asyncSupported());
    }
  }

  private static INDArray image(int number) {
    INDArray image = Nd4j.zeros(1, 3, 4, 5);
    Random random = new Random(number);
    for (int i = 1; i < 60; i++) {
      image.putScalar(i, random.nextInt(256));
    }
    return image;
  }

  private static List<Writable> record(INDArray image, int label) {
    return List.of(new NDArrayWritable(image), new IntWritable(label));
  }

  private static RecordReader reader(List<List<Writable>> records) {
    return new CollectionRecordReader(new ArrayList<>(records));
  }

  private RecordReader csv(String... lines) throws Exception {
    Path file = Files.write(folder.resolve(lines.length + ".csv"), List.of(lines));
    CSVRecordReader reader = new CSVRecordReader();
    reader.initialize(new FileSplit(file.toFile()));
    return reader;
  }
}
