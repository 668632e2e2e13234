package org.resnet4j.zoo.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.preprocessor.serializer.NormalizerSerializer;
import org.nd4j.linalg.factory.Nd4j;

class PixelNormalizationTest {
  private static final int SIZE = 32;

  static List<Preprocessing> presets() {
    return List.of(Preprocessing.torch(SIZE), Preprocessing.caffe(SIZE), Preprocessing.tf(SIZE),
        Preprocessing.unit(SIZE), Preprocessing.raw(SIZE), Preprocessing.unit(SIZE, Channels.GREY));
  }

  /** Pixels of 0..255 in the order that is asked for. */
  private static INDArray pixels(Preprocessing preprocessing, CNN2DFormat format, Channels order) {
    int channels = order.count();
    return new Preprocessing(SIZE, SIZE, preprocessing.resize(), preprocessing.interpolation(), order, 1,
        IntStream.range(0, channels).mapToObj(c -> 0.0).toList(),
        IntStream.range(0, channels).mapToObj(c -> 1.0).toList()).apply(SampleImages.formula(61, 47), format);
  }

  @ParameterizedTest
  @MethodSource("presets")
  void anArrayOfPixelsBecomesWhatAnImageBecomes(Preprocessing preprocessing) {
    for (CNN2DFormat format : CNN2DFormat.values()) {
      INDArray expected = preprocessing.apply(SampleImages.formula(61, 47), format);
      for (Channels stored : Channels.values()) {
        if (stored.count() == preprocessing.channels().count()) {
          INDArray pixels = pixels(preprocessing, format, stored);
          INDArray array = pixels.dup();
          PixelNormalization normalization = new PixelNormalization(preprocessing, format, stored);
          normalization.transform(array);
          assertTrue(expected.equalsWithEps(array, 1e-4), preprocessing + " " + format + " " + stored);
          normalization.revertFeatures(array);
          assertTrue(pixels.equalsWithEps(array, 1e-3), "back: " + preprocessing + " " + format + " " + stored);
        }
      }
    }
  }

  @Test
  void dataSetsAreChangedInPlaceAndTheirLabelsLeft() {
    PixelNormalization normalization = new PixelNormalization(Preprocessing.tf(SIZE), CNN2DFormat.NHWC);
    DataSet batch = new DataSet(Nd4j.valueArrayOf(new long[] {2, 5, 4, 3}, 255f), Nd4j.ones(2, 7));
    normalization.fit(batch);
    normalization.preProcess(batch);
    assertEquals(Nd4j.ones(2, 5, 4, 3), batch.getFeatures());
    normalization.revert(batch);
    assertEquals(Nd4j.valueArrayOf(new long[] {2, 5, 4, 3}, 255f), batch.getFeatures());
    assertEquals(Nd4j.ones(2, 7), batch.getLabels());
    assertFalse(normalization.isFitLabel());
    assertThrows(UnsupportedOperationException.class, () -> normalization.fitLabel(true));
  }

  @Test
  void otherArraysAreRefusedUnchanged() {
    PixelNormalization normalization = new PixelNormalization(Preprocessing.torch(SIZE), CNN2DFormat.NCHW);
    for (INDArray other : List.of(Nd4j.ones(2, 8, 8, 3), Nd4j.ones(3, 8, 8), Nd4j.ones(DataType.UINT8, 2, 3, 8, 8))) {
      INDArray before = other.dup();
      String sentence =
          assertThrows(IllegalArgumentException.class, () -> normalization.transform(other)).getMessage();
      assertTrue(sentence.contains("[N, C, H, W] with 3 channels"), sentence);
      assertEquals(before, other);
    }
    assertThrows(IllegalArgumentException.class,
        () -> new PixelNormalization(Preprocessing.torch(SIZE), CNN2DFormat.NCHW, Channels.GREY));
  }

  @Test
  void severalThreadsMayUseOne() {
    PixelNormalization normalization =
        new PixelNormalization(Preprocessing.torch(SIZE), CNN2DFormat.NCHW, Channels.BGR);
    INDArray expected = Nd4j.rand(DataType.FLOAT, 2, 3, 8, 8).muli(255);
    INDArray input = expected.dup();
    normalization.transform(expected);
    List<INDArray> found = IntStream.range(0, 64).parallel().mapToObj(i -> {
      INDArray own = input.dup();
      normalization.transform(own);
      return own;
    }).toList();
    found.forEach(own -> assertEquals(expected, own));
  }

  @Test
  void dl4jsSerializerReadsWhatItWrites() throws Exception {
    PixelNormalization normalization =
        new PixelNormalization(Preprocessing.caffe(SIZE), CNN2DFormat.NHWC, Channels.RGB);
    NormalizerSerializer serializer = new NormalizerSerializer().addStrategy(new PixelNormalization.Strategy());
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    serializer.write(normalization, bytes);
    PixelNormalization read = serializer.restore(new ByteArrayInputStream(bytes.toByteArray()));
    assertEquals(normalization, read);
    assertEquals(Preprocessing.caffe(SIZE), read.preprocessing());
  }
}
