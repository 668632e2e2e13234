package org.resnet4j.zoo.layer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.resnet4j.zoo.layer.SmallGraphs.assertClose;
import static org.resnet4j.zoo.layer.SmallGraphs.channelsFirst;
import static org.resnet4j.zoo.layer.SmallGraphs.graph;
import static org.resnet4j.zoo.layer.SmallGraphs.image;
import static org.resnet4j.zoo.layer.SmallGraphs.labels;
import static org.resnet4j.zoo.layer.SmallGraphs.normal;

import org.deeplearning4j.exception.DL4JInvalidConfigException;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.WorkspaceMode;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.weights.IWeightInit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.NoOp;
import org.nd4j.linalg.learning.config.Sgd;

class GroupedConvolutionTest {
  private static GroupedConvolution convolution(int groups, int out, int kernel, int stride, int padding,
      int dilation) {
    return (GroupedConvolution) new GroupedConvolution.Builder(groups, kernel, kernel)
        .nOut(out).stride(stride, stride).padding(padding, padding).dilation(dilation, dilation).build();
  }

  @ParameterizedTest
  @CsvSource({
    // groups, in, out, kernel, stride, padding, dilation: bundles of one, of some and of all groups; ragged ones
    "4, 8, 12, 3, 1, 1, 1", "32, 128, 128, 3, 2, 1, 1", "2, 160, 96, 1, 1, 0, 1", "3, 6, 6, 3, 1, 2, 2",
    "2, 130, 130, 2, 1, 1, 3",
    "10, 120, 240, 3, 1, 1, 1", "6, 6, 6, 3, 2, 1, 1", "1, 5, 7, 3, 1, 1, 1",
    // weights little longer than the biases before them in the net's parameters
    "3, 3, 33, 2, 1, 0, 1", "3, 9, 51, 1, 1, 0, 1"
  })
  void equalsTheSumOverEachOwnGroup(int groups, int in, int out, int kernel, int stride, int padding, int dilation) {
    for (CNN2DFormat format : CNN2DFormat.values()) {
      for (DataType type : new DataType[] {DataType.FLOAT, DataType.DOUBLE}) {
        Nd4j.getRandom().setSeed(5);
        ComputationGraph net = graph(type, new NoOp(), image(9, 7, in, format),
            convolution(groups, out, kernel, stride, padding, dilation));
        net.setParam("layer0_b", normal(type, out));
        for (int batch = 1; batch <= 3; batch += 2) {
          INDArray nchw = normal(type, batch, in, 9, 7);
          INDArray x = format == CNN2DFormat.NHWC ? nchw.permute(0, 2, 3, 1).dup('c') : nchw;
          INDArray expected = byHand(nchw, net.getParam("layer0_W"), net.getParam("layer0_b"), groups, stride, padding,
              dilation);
          INDArray found = net.feedForward(x, false).get("layer0");
          assertClose(expected, channelsFirst(found, format), type == DataType.FLOAT ? 1e-6 : 1e-13);
        }
      }
    }
  }

  private static INDArray byHand(INDArray x, INDArray w, INDArray b, int groups, int stride, int padding,
      int dilation) {
    int height = (int) x.size(2);
    int width = (int) x.size(3);
    int out = (int) w.size(0);
    int perGroup = (int) w.size(1);
    int kernel = (int) w.size(2);
    int outHeight = (height + 2 * padding - dilation * (kernel - 1) - 1) / stride + 1;
    int outWidth = (width + 2 * padding - dilation * (kernel - 1) - 1) / stride + 1;
    INDArray y = Nd4j.create(DataType.DOUBLE, x.size(0), out, outHeight, outWidth);
    double[] pixels = x.dup('c').data().asDouble();
    double[] weights = w.dup('c').data().asDouble();
    double[] biases = b.dup('c').data().asDouble();
    for (int n = 0; n < x.size(0); n++) {
      for (int o = 0; o < out; o++) {
        int first = o / (out / groups) * perGroup;
        for (int row = 0; row < outHeight; row++) {
          for (int column = 0; column < outWidth; column++) {
            double sum = biases[o];
            for (int c = 0; c < perGroup; c++) {
              for (int i = 0; i < kernel; i++) {
                for (int j = 0; j < kernel; j++) {
                  int h = row * stride - padding + i * dilation;
                  int v = column * stride - padding + j * dilation;
                  if (h >= 0 && h < height && v >= 0 && v < width) {
                    sum += weights[((o * perGroup + c) * kernel + i) * kernel + j]
                        * pixels[((n * (int) x.size(1) + first + c) * height + h) * width + v];
                  }
                }
              }
            }
            y.putScalar(new int[] {n, o, row, column}, sum);
          }
        }
      }
    }
    return y;
  }

  @ParameterizedTest
  @EnumSource(ConvolutionMode.class)
  void ofOneGroupIsTheDenseConvolution(ConvolutionMode mode) {
    if (mode == ConvolutionMode.Causal) {
      assertThrows(IllegalStateException.class,
          () -> new GroupedConvolution.Builder(1, 3, 3).convolutionMode(ConvolutionMode.Causal));
      return;
    }
    for (CNN2DFormat format : CNN2DFormat.values()) {
      int[] padding = mode == ConvolutionMode.Same ? new int[] {0, 0} : new int[] {1, 1};
      ComputationGraph dense = graph(DataType.DOUBLE, new NoOp(), image(7, 9, 4, format),
          new ConvolutionLayer.Builder(3, 3).nOut(6).stride(2, 2).padding(padding).convolutionMode(mode)
              .activation(Activation.TANH).build());
      ComputationGraph grouped = graph(DataType.DOUBLE, new NoOp(), image(7, 9, 4, format),
          new GroupedConvolution.Builder(1, 3, 3).nOut(6).stride(2, 2).padding(padding).convolutionMode(mode)
              .activation(Activation.TANH).build());
      assertEquals(dense.params(), grouped.params(), "the same seed must give the same weights");
      INDArray x = normal(DataType.DOUBLE, SmallGraphs.shape(image(7, 9, 4, format), 2));
      assertClose(dense.outputSingle(x), grouped.outputSingle(x), 1e-13);
      DataSet data = new DataSet(x, labels(DataType.DOUBLE, 2));
      for (ComputationGraph net : new ComputationGraph[] {dense, grouped}) {
        net.setInputs(data.getFeatures());
        net.setLabels(data.getLabels());
        net.computeGradientAndScore();
      }
      assertClose(dense.gradient().gradient(), grouped.gradient().gradient(), 1e-12);
    }
  }

  @ParameterizedTest
  @EnumSource(CNN2DFormat.class)
  void gradientsAreRight(CNN2DFormat format) {
    SmallGraphs.assertGradients(image(6, 5, 6, format),
        new GroupedConvolution.Builder(3, 3, 3).nOut(6).padding(1, 1).activation(Activation.TANH).build(),
        new GroupedConvolution.Builder(2, 3, 2).nOut(4).stride(2, 1).hasBias(false).build());
    SmallGraphs.assertGradients(image(4, 3, 3, format),
        new GroupedConvolution.Builder(3, 1, 2).nOut(51).activation(Activation.TANH).build());
    SmallGraphs.assertGradients(image(7, 6, 4, format),
        new GroupedConvolution.Builder(2, 1, 1).nOut(4).activation(Activation.SIGMOID).build(),
        new GroupedConvolution.Builder(4, 2, 3).nOut(8).dilation(2, 1).convolutionMode(ConvolutionMode.Same).build());
  }

  @Test
  void trainsTheSameWithAndWithoutWorkspaces() {
    INDArray[] trained = new INDArray[2];
    for (WorkspaceMode mode : new WorkspaceMode[] {WorkspaceMode.ENABLED, WorkspaceMode.NONE}) {
      Nd4j.getRandom().setSeed(5);
      ComputationGraph net = graph(DataType.FLOAT, new Sgd(0.1), image(8, 8, 64, CNN2DFormat.NCHW),
          convolution(32, 64, 3, 1, 1, 1), convolution(2, 96, 3, 2, 1, 1));
      net.getConfiguration().setTrainingWorkspaceMode(mode);
      DataSet data = new DataSet(normal(DataType.FLOAT, 4, 64, 8, 8), labels(DataType.FLOAT, 4));
      for (int step = 0; step < 3; step++) {
        net.fit(data);
      }
      trained[mode == WorkspaceMode.ENABLED ? 0 : 1] = net.params();
    }
    assertClose(trained[0], trained[1], 1e-6);
  }

  @Test
  void survivesJsonAndClone() {
    for (CNN2DFormat format : CNN2DFormat.values()) {
      ComputationGraph net = graph(DataType.FLOAT, new Sgd(0.1), image(8, 8, 8, format), convolution(4, 8, 3, 1, 1, 1));
      SmallGraphs.assertJsonRoundTrip(net);
      assertEquals(net.params(), net.clone().params());
      GroupedConvolution conf = assertInstanceOf(GroupedConvolution.class, net.getLayer("layer0").conf().getLayer());
      assertEquals(conf, conf.clone());
      assertEquals(4, conf.clone().getGroups());
      assertNotEquals(convolution(4, 8, 3, 1, 1, 1), convolution(2, 8, 3, 1, 1, 1));
      net.memoryInfo(4, image(8, 8, 8, format));
    }
  }

  @Test
  void groupsThatDoNotDivideTheChannelsAreRefused() {
    String message = assertThrows(DL4JInvalidConfigException.class, () -> convolution(3, 8, 3, 1, 1, 1)).getMessage();
    assertTrue(message.contains("3 groups") && message.contains("(8)"), message);
    message = assertThrows(DL4JInvalidConfigException.class, () -> graph(DataType.FLOAT, new NoOp(),
        image(8, 8, 10, CNN2DFormat.NCHW), convolution(4, 8, 3, 1, 1, 1))).getMessage();
    assertTrue(message.contains("\"layer0\"") && message.contains("4 groups") && message.contains("(10)"), message);
    assertThrows(DL4JInvalidConfigException.class, () -> convolution(0, 8, 3, 1, 1, 1));
  }

  @Test
  void weightInitialisersGetTheGroupsFanIn() {
    GroupedConvolution layer = (GroupedConvolution) new GroupedConvolution.Builder(4, 3, 3).nOut(24).stride(2, 2)
        .weightInit(new Recorder()).build();
    graph(DataType.FLOAT, new NoOp(), image(8, 8, 8, CNN2DFormat.NCHW), layer);
    assertEquals(2 * 9, Recorder.fanIn);
    assertEquals(24 * 9 / 4.0, Recorder.fanOut);
    assertArrayEquals(new long[] {24, 2, 3, 3}, Recorder.shape);
    assertEquals(24 * 2 * 9, Recorder.length);
  }

  /** A weight initialiser that notes what it is asked for. */
  private static final class Recorder implements IWeightInit {
    private static final long serialVersionUID = 1;
    private static double fanIn;
    private static double fanOut;
    private static long[] shape;
    private static long length;

    @Override
    public INDArray init(double in, double out, long[] weights, char order, INDArray view) {
      fanIn = in;
      fanOut = out;
      shape = weights;
      length = view.length();
      return view.reshape(order, weights);
    }
  }
}
