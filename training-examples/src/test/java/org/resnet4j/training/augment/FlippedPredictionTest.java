package org.resnet4j.training.augment;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.atomic.AtomicBoolean;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.resnet4j.training.loop.Network;

class FlippedPredictionTest {
  /** [2, 3, 2, 4] of 0, 1, 2..: of each image the first pixel's red and blue are looked at, and its mirror image's. */
  @ParameterizedTest
  @EnumSource(CNN2DFormat.class)
  void averagesAnImageAndItsMirrorImage(CNN2DFormat format) {
    INDArray nchw = Nd4j.createFromArray(range(48)).reshape(2, 3, 2, 4);
    boolean channelsLast = format == CNN2DFormat.NHWC;
    INDArray images = channelsLast ? nchw.permute(0, 2, 3, 1) : nchw;
    INDArray before = images.dup();
    Network corner = x -> Nd4j.hstack(pixel(x, channelsLast, 0), pixel(x, channelsLast, 2));
    INDArray output = new FlippedPrediction(corner, format).output(images);
    assertArrayEquals(new float[][] {{1.5f, 17.5f}, {25.5f, 41.5f}}, output.toFloatMatrix());
    assertEquals(before, images);
  }

  private static INDArray pixel(INDArray images, boolean channelsLast, int channel) {
    INDArray pixel = channelsLast
        ? images.get(NDArrayIndex.all(), NDArrayIndex.point(0), NDArrayIndex.point(0), NDArrayIndex.point(channel))
        : images.get(NDArrayIndex.all(), NDArrayIndex.point(channel), NDArrayIndex.point(0), NDArrayIndex.point(0));
    return pixel.reshape(2, 1).dup();
  }

  private static float[] range(int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = i;
    }
    return values;
  }

  @Test
  void aNetworkMayGiveTheSameArrayEachTime() {
    INDArray reused = Nd4j.create(1, 1);
    Network network = x -> reused.assign(x.getDouble(0, 0, 0, 0));
    INDArray images = Nd4j.createFromArray(new float[] {3, 5}).reshape(1, 1, 1, 2);
    assertEquals(4, new FlippedPrediction(network, CNN2DFormat.NCHW).output(images).getDouble(0));
  }

  @Test
  void closesItsNetwork() {
    AtomicBoolean closed = new AtomicBoolean();
    Network network = new Network() {
      @Override public INDArray output(INDArray images) {
        return images;
      }

      @Override public void close() {
        closed.set(true);
      }
    };
    new FlippedPrediction(network, CNN2DFormat.NCHW).close();
    assertTrue(closed.get());
  }
}
