package org.resnet4j.zoo.layer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.resnet4j.zoo.layer.SmallGraphs.channelsFirst;
import static org.resnet4j.zoo.layer.SmallGraphs.graph;
import static org.resnet4j.zoo.layer.SmallGraphs.image;
import static org.resnet4j.zoo.layer.SmallGraphs.normal;

import org.deeplearning4j.exception.DL4JInvalidConfigException;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.config.NoOp;
import org.nd4j.linalg.learning.config.Sgd;

class ZeroPadShortcutTest {
  @ParameterizedTest
  @CsvSource({"8, 8, 2, 4, 2", "7, 5, 2, 5, 2", "7, 8, 3, 8, 3", "1, 1, 2, 4, 2", "3, 1, 2, 3, 2", "4, 4, 2, 6, 1",
      "4, 4, 3, 3, 2", "9, 2, 1, 2, 5"})
  void takesEveryStridethPixelAndPadsChannelsOnBothSides(int height, int width, int in, int out, int stride) {
    for (CNN2DFormat format : CNN2DFormat.values()) {
      for (int batch = 1; batch <= 2; batch++) {
        ComputationGraph net =
            graph(DataType.FLOAT, new NoOp(), image(height, width, in, format), new ZeroPadShortcut(out, stride));
        INDArray x = normal(DataType.FLOAT, SmallGraphs.shape(image(height, width, in, format), batch));
        INDArray y = channelsFirst(net.feedForward(x, false).get("layer0"), format);
        INDArray pixels = channelsFirst(x, format);
        assertArrayEquals(new long[] {batch, out, (height + stride - 1) / stride, (width + stride - 1) / stride},
            y.shape());
        int before = (out - in) / 2;
        for (int n = 0; n < batch; n++) {
          for (int c = 0; c < out; c++) {
            for (int h = 0; h < y.size(2); h++) {
              for (int w = 0; w < y.size(3); w++) {
                boolean padded = c < before || c >= before + in;
                assertEquals(padded ? 0 : pixels.getFloat(n, c - before, h * stride, w * stride),
                    y.getFloat(n, c, h, w));
              }
            }
          }
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(CNN2DFormat.class)
  void gradientsAreRight(CNN2DFormat format) {
    SmallGraphs.assertGradients(image(5, 4, 2, format),
        new ConvolutionLayer.Builder(2, 2).nOut(3).activation(Activation.TANH).build(),
        new ZeroPadShortcut(6, 2),
        new ConvolutionLayer.Builder(1, 1).nOut(2).build());
  }

  @ParameterizedTest
  @EnumSource(CNN2DFormat.class)
  void survivesJsonAndClone(CNN2DFormat format) {
    ComputationGraph net = graph(DataType.FLOAT, new Sgd(0.1), image(5, 4, 2, format), new ZeroPadShortcut(6, 2));
    SmallGraphs.assertJsonRoundTrip(net);
    net.memoryInfo(4, image(5, 4, 2, format));
    ZeroPadShortcut conf = (ZeroPadShortcut) net.getLayer("layer0").conf().getLayer();
    assertEquals(conf, conf.clone());
    assertEquals(format, ((ZeroPadShortcut) conf.clone()).getDataFormat());
    assertNotEquals(new ZeroPadShortcut(6, 2), new ZeroPadShortcut(6, 1));
  }

  @ParameterizedTest
  @CsvSource({"0, 2", "4, 0"})
  void sizesBelowOneAreRefused(int out, int stride) {
    assertThrows(DL4JInvalidConfigException.class, () -> new ZeroPadShortcut(out, stride));
  }

  @ParameterizedTest
  @EnumSource(CNN2DFormat.class)
  void moreChannelsThanItGivesAreRefused(CNN2DFormat format) {
    String message = assertThrows(DL4JInvalidConfigException.class,
        () -> graph(DataType.FLOAT, new NoOp(), image(5, 4, 8, format), new ZeroPadShortcut(6, 2))).getMessage();
    assertTrue(message.contains("layer0") && message.contains("6 input channels at most, found 8"), message);
  }
}
