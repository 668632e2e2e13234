package org.resnet4j.engine.training;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.resnet4j.testdata.Fixtures;
import org.resnet4j.zoo.image.ImageDecoder;
import org.resnet4j.zoo.image.Preprocessing;

/** Real images: square pieces of four photos; the class is the photo that a piece is of. */
final class PhotoPieces {
  static final int CLASSES = 4;
  private static final int PHOTO = 96;
  private static final List<String> NAMES = List.of("astronaut", "chelsea", "coffee", "rocket");
  private static final List<INDArray> PHOTOS = NAMES.stream().map(PhotoPieces::photo).toList();

  private PhotoPieces() {}

  private static INDArray photo(String name) {
    try (InputStream file = Fixtures.open("photos/" + name + ".jpg")) {
      return Preprocessing.torch(PHOTO).apply(ImageDecoder.DEFAULT.decode(file, name), CNN2DFormat.NCHW);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Other pieces in each batch, and the same for the same seed; features [N, 3, size, size], labels [N, 4]. */
  static List<DataSet> batches(int count, int examples, int size, long seed) {
    Random random = new Random(seed);
    return IntStream.range(0, count).mapToObj(i -> batch(examples, size, random)).toList();
  }

  static DataSet batch(int examples, int size) {
    return batches(1, examples, size, examples).get(0);
  }

  private static DataSet batch(int examples, int size, Random random) {
    INDArray images = Nd4j.create(DataType.FLOAT, examples, 3, size, size);
    INDArray labels = Nd4j.create(DataType.FLOAT, examples, CLASSES);
    for (int i = 0; i < examples; i++) {
      int photo = random.nextInt(CLASSES);
      int top = random.nextInt(PHOTO - size + 1);
      int left = random.nextInt(PHOTO - size + 1);
      images.get(NDArrayIndex.point(i)).assign(PHOTOS.get(photo).get(NDArrayIndex.point(0), NDArrayIndex.all(),
          NDArrayIndex.interval(top, top + size), NDArrayIndex.interval(left, left + size)));
      labels.putScalar(i, photo, 1);
    }
    return new DataSet(images, labels);
  }
}
