package org.resnet4j.engine.lower;

import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.stream.DoubleStream;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.L2NormalizeVertex;
import org.deeplearning4j.nn.conf.graph.L2Vertex;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.graph.PoolHelperVertex;
import org.deeplearning4j.nn.conf.graph.PreprocessorVertex;
import org.deeplearning4j.nn.conf.graph.ReshapeVertex;
import org.deeplearning4j.nn.conf.graph.ScaleVertex;
import org.deeplearning4j.nn.conf.graph.ShiftVertex;
import org.deeplearning4j.nn.conf.graph.StackVertex;
import org.deeplearning4j.nn.conf.graph.SubsetVertex;
import org.deeplearning4j.nn.conf.graph.UnstackVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.misc.ElementWiseMultiplicationLayer;
import org.deeplearning4j.nn.conf.preprocessor.CnnToFeedForwardPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.ComposableInputPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.FeedForwardToCnnPreProcessor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.impl.ActivationReLU;
import org.nd4j.linalg.activations.impl.ActivationSigmoid;
import org.nd4j.linalg.activations.impl.ActivationTanH;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.resnet4j.engine.CompiledGraph;
import org.resnet4j.engine.EngineException;
import org.resnet4j.engine.EngineOptions;
import org.resnet4j.engine.OneDnn;
import org.resnet4j.zoo.layer.BroadcastMerge;
import org.resnet4j.zoo.layer.ChannelsLastFlatten;
import org.resnet4j.zoo.layer.Concatenation;
import org.resnet4j.zoo.layer.Permutation;
import org.resnet4j.zoo.layer.PureActivation;
import org.resnet4j.zoo.layer.Reshaping;
import org.resnet4j.zoo.layer.Scaling;
import org.resnet4j.zoo.layer.Selection;

/** Vertices and preprocessors against DL4J's own. */
class VerticesTest {
  private static InputType images(CNN2DFormat format, int channels) {
    return InputType.convolutional(5, 6, channels, format);
  }

  private static ConvolutionLayer convolution(CNN2DFormat format, int channels) {
    return new ConvolutionLayer.Builder(1, 1).nOut(channels).dataFormat(format).build();
  }

  @ParameterizedTest
  @EnumSource
  void elementWise(ElementWiseVertex.Op op) {
    for (CNN2DFormat format : CNN2DFormat.values()) {
      for (int channels : new int[] {5, 16}) {
        Sample.of(images(format, channels), images(format, channels)).vertex(new ElementWiseVertex(op), "in0", "in1")
            .check();
        // A convolution with the other one behind it, each the other's neighbour, and one with itself.
        Sample.of(images(format, 3), images(format, channels)).layer(convolution(format, channels), "in0")
            .vertex(new ElementWiseVertex(op), "v0", "in1").layer(new ActivationLayer(Activation.RELU)).check();
        Sample.of(images(format, 3), images(format, channels)).layer(convolution(format, channels), "in0")
            .vertex(new ElementWiseVertex(op), "in1", "v0").check();
        Sample.of(images(format, channels)).layer(convolution(format, channels), "in0")
            .vertex(new ElementWiseVertex(op), "v0", "in0").check();
        Sample.of(images(format, 3)).layer(convolution(format, channels), "in0")
            .layer(convolution(format, channels), "v0").vertex(new ElementWiseVertex(op), "v0", "v1").check();
        Sample.of(images(format, 3)).layer(convolution(format, channels), "in0")
            .layer(convolution(format, channels), "in0").vertex(new ElementWiseVertex(op), "v0", "v1").check();
        Sample.of(images(format, 3)).layer(convolution(format, channels), "in0")
            .vertex(new ElementWiseVertex(op), "v0", "v0").vertex(new ShiftVertex(1)).check();
      }
    }
    Sample.of(InputType.feedForward(7), InputType.feedForward(7)).vertex(new ElementWiseVertex(op), "in0", "in1")
        .check();
    if (op != ElementWiseVertex.Op.Subtract) {
      Sample.of(InputType.feedForward(7), InputType.feedForward(7), InputType.feedForward(7))
          .vertex(new ElementWiseVertex(op), "in0", "in1", "in2").check();
    }
  }

  /** An addend that is the convolution's own input, still needed behind it, or an output. */
  @ParameterizedTest
  @EnumSource
  void sumsInPlace(CNN2DFormat format) {
    ElementWiseVertex add = new ElementWiseVertex(ElementWiseVertex.Op.Add);
    Sample.of(images(format, 16)).layer(convolution(format, 16)).layer(convolution(format, 16), "v0")
        .vertex(add, "v0", "v1").layer(convolution(format, 16)).vertex(add, "v2", "v3").check();
    Sample.of(images(format, 16)).layer(convolution(format, 16)).output().layer(convolution(format, 16), "v0")
        .layer(convolution(format, 16), "v1").vertex(add, "v0", "v2").output()
        .layer(new PureActivation(new ActivationReLU())).vertex(add, "v4", "v3").vertex(add, "v0", "v5").check();
    CNN2DFormat other = format == CNN2DFormat.NHWC ? CNN2DFormat.NCHW : CNN2DFormat.NHWC;
    Sample.of(images(format, 16)).layer(convolution(format, 16)).vertex(Permutation.to(other))
        .layer(convolution(other, 16)).layer(convolution(other, 16)).vertex(add, "v1", "v3")
        .vertex(Permutation.to(format)).vertex(new Concatenation(1), "v5", "v0").check();
  }

  /** What is one number for each channel might also be one for each pixel. */
  @ParameterizedTest
  @EnumSource
  void sumsOfThinImages(CNN2DFormat format) {
    ElementWiseVertex add = new ElementWiseVertex(ElementWiseVertex.Op.Add);
    for (int[] size : new int[][] {{1, 1}, {1, 4}, {5, 1}}) {
      for (int channels : new int[] {1, 5, 16, 40}) {
        Sample.images(format, 3, size[0], size[1]).layer(convolution(format, channels)).layer(convolution(format,
            channels), "in0").vertex(add, "v0", "v1").output().layer(convolution(format, channels))
            .vertex(add, "v2", "v3").layer(new PureActivation(new ActivationReLU())).within(0.15).check();
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void broadcasts(BroadcastMerge.Kind kind) {
    for (CNN2DFormat format : CNN2DFormat.values()) {
      boolean last = format == CNN2DFormat.NHWC;
      long[][] shapes = last
          ? new long[][] {{0, 1, 1, 16}, {0, 5, 6, 1}, {0, 16}, {0, 1, 1, 1}, {0, 5, 6, 16}}
          : new long[][] {{0, 16, 1, 1}, {0, 1, 5, 6}, {0, 6}, {0, 1, 1, 1}, {0, 5, 6}, {0, 16, 5, 6}};
      for (long[] shape : shapes) {
        for (boolean swapped : new boolean[] {false, true}) {
          Sample.untyped(new long[][] {last ? new long[] {0, 5, 6, 3} : new long[] {0, 3, 5, 6}, shape})
              .layer(new ConvolutionLayer.Builder(1, 1).nIn(3).nOut(16).dataFormat(format)
                  .activation(Activation.SIGMOID).build(), "in0")
              .layer(new PureActivation(new ActivationSigmoid()), "in1")
              .vertex(new BroadcastMerge(kind), swapped ? new String[] {"v0", "v1"} : new String[] {"v1", "v0"})
              .layer(new PureActivation(new ActivationTanH())).check();
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void merges(CNN2DFormat format) {
    for (int channels : new int[] {5, 16}) {
      Sample.of(images(format, 3), images(format, channels)).vertex(new MergeVertex(), "in0", "in1").check();
      Sample.of(images(format, 3)).layer(convolution(format, channels)).layer(convolution(format, 16), "in0")
          .layer(convolution(format, 7), "v1").vertex(new MergeVertex(), "v0", "v2", "in0")
          .layer(convolution(format, 4)).check();
      for (int axis : new int[] {1, 2, 3}) {
        Sample.of(images(format, 3)).layer(convolution(format, channels)).layer(convolution(format, channels), "in0")
            .vertex(new Concatenation(axis), "v0", "v1", "v0").check();
      }
    }
    Sample.of(InputType.feedForward(3), InputType.feedForward(4)).vertex(new MergeVertex(), "in0", "in1").check();
  }

  @ParameterizedTest
  @EnumSource
  void partsAndStacks(CNN2DFormat format) {
    Sample.of(images(format, 16)).layer(convolution(format, 16)).vertex(new SubsetVertex(1, 3)).check();
    Sample.of(images(format, 16), images(format, 16)).layer(convolution(format, 16), "in0")
        .layer(convolution(format, 16), "in1").vertex(new StackVertex(), "v0", "v1", "v0")
        .vertex(new UnstackVertex(2, 3)).check();
    Sample.vectors(9).vertex(new SubsetVertex(2, 5)).check();
    for (int axis : new int[] {1, 2, 3}) {
      Sample.of(images(format, 16)).vertex(new Selection(axis, List.of(2, 1, 0))).check();
      Sample.of(images(format, 3)).layer(convolution(format, 16))
          .vertex(new Selection(axis, List.of(3, 0, 1, 2, 2, 4))).check();
    }
  }

  private static Scaling.Constant constant(double base, long... shape) {
    int count = (int) java.util.Arrays.stream(shape).reduce(1, (a, b) -> a * b);
    List<Double> values = DoubleStream.iterate(base, value -> value + 0.125).limit(count).boxed().toList();
    return new Scaling.Constant(values, java.util.Arrays.stream(shape).boxed().toList());
  }

  @ParameterizedTest
  @EnumSource
  void scaling(CNN2DFormat format) {
    boolean last = format == CNN2DFormat.NHWC;
    long[] channels = last ? new long[] {16} : new long[] {16, 1, 1};
    long[] full = last ? new long[] {5, 6, 16} : new long[] {16, 5, 6};
    List<Scaling> vertices = List.of(new Scaling(Scaling.Constant.of(0.5), Scaling.Constant.of(-1)),
        new Scaling(constant(0.5, channels), Scaling.Constant.of(-1)),
        new Scaling(Scaling.Constant.of(1), constant(-0.5, channels)),
        new Scaling(constant(0.5, channels), constant(-0.5, channels)),
        new Scaling(constant(0.5, 1, 1, 1), constant(-0.5, channels)),
        new Scaling(constant(0.1, full), Scaling.Constant.of(0)),
        new Scaling(constant(0.5, channels), constant(0.1, full)),
        new Scaling(Scaling.Constant.of(1), constant(0.1, full)),
        new Scaling(constant(0.5, last ? 6 : 5, 1), Scaling.Constant.of(0)));
    for (Scaling vertex : vertices) {
      Sample parity = Sample.of(images(format, 16)).vertex(vertex);
      Sample behind = Sample.of(images(format, 3)).layer(convolution(format, 16)).vertex(vertex)
          .layer(convolution(format, 4));
      if (vertex.scale().shape().size() == 2) {
        // A number for each row or column alone.
        parity.withPlainLoops();
        behind.withPlainLoops();
      }
      parity.check();
      behind.check();
    }
    Sample.vectors(7).vertex(new Scaling(constant(0.5, 7), Scaling.Constant.of(2))).check();
    Sample.of(images(format, 16)).vertex(new ScaleVertex(-0.3)).vertex(new ShiftVertex(2)).check();
  }

  @ParameterizedTest
  @EnumSource
  void lengths(CNN2DFormat format) {
    for (int channels : new int[] {5, 16}) {
      Sample.of(images(format, channels)).vertex(new L2NormalizeVertex()).check();
      Sample.of(images(format, 3)).layer(convolution(format, channels)).vertex(new L2NormalizeVertex()).check();
      Sample.of(images(format, 3)).layer(convolution(format, channels)).layer(convolution(format, channels), "in0")
          .vertex(new L2Vertex(), "v0", "v1").check();
    }
    Sample.vectors(7).vertex(new L2NormalizeVertex()).check();
    Sample.of(InputType.feedForward(7), InputType.feedForward(7)).vertex(new L2Vertex(), "in0", "in1").check();
  }

  @ParameterizedTest
  @EnumSource
  void permutations(CNN2DFormat format) {
    for (List<Integer> axes : List.of(List.of(1, 2, 3), List.of(2, 3, 1), List.of(3, 1, 2), List.of(1, 3, 2),
        List.of(3, 2, 1), List.of(2, 1, 3))) {
      Sample.of(images(format, 5)).vertex(new Permutation(axes)).check();
      Sample.of(images(format, 3)).layer(convolution(format, 16)).vertex(new Permutation(axes)).check();
      Sample.of(images(format, 3)).layer(convolution(format, 16)).vertex(new Permutation(axes))
          .layer(new ActivationLayer(Activation.SOFTMAX)).vertex(Reshaping.flat()).check();
    }
    CNN2DFormat other = format == CNN2DFormat.NHWC ? CNN2DFormat.NCHW : CNN2DFormat.NHWC;
    Sample.of(images(format, 3)).vertex(Permutation.to(other)).layer(convolution(other, 16))
        .vertex(Permutation.to(format)).layer(convolution(format, 5)).check();
  }

  @ParameterizedTest
  @EnumSource
  void reshapes(CNN2DFormat format) {
    Sample.of(images(format, 16)).vertex(new Reshaping(List.of(-1L, 4L), format)).check();
    Sample.of(images(format, 3)).layer(convolution(format, 16)).vertex(new Reshaping(List.of(8L, 10L, -1L), format))
        .layer(convolution(format, 4)).check();
    Sample.of(images(format, 3)).layer(convolution(format, 16)).vertex(Reshaping.flat())
        .layer(new DenseLayer.Builder().nIn(480).nOut(5).build()).check();
    Sample.of(images(format, 3)).layer(convolution(format, 4)).vertex(new ReshapeVertex(-1, 20, 3, 2)).check();
  }

  @ParameterizedTest
  @EnumSource
  void flatteningAndBack(CNN2DFormat format) {
    for (int channels : new int[] {5, 16}) {
      Sample.of(images(format, 3)).layer(convolution(format, channels))
          .layer(new DenseLayer.Builder().nOut(7).build()).check();
      Sample.of(images(format, 3)).layer(convolution(format, channels)).layer(
          new DenseLayer.Builder().nIn(30 * channels).nOut(7).build(), new ChannelsLastFlatten(5, 6, channels, format)).check();
      Sample.of(images(format, 3)).layer(convolution(format, channels)).vertex(new PreprocessorVertex(
          new CnnToFeedForwardPreProcessor(5, 6, channels, format))).check();
    }
    Sample.vectors(60).layer(new ConvolutionLayer.Builder(3, 3).nIn(3).nOut(4).build(),
        new FeedForwardToCnnPreProcessor(5, 4, 3)).check();
    Sample.of(images(format, 4)).layer(new ConvolutionLayer.Builder(3, 3).nIn(3).nOut(4).build(),
        new ComposableInputPreProcessor(new CnnToFeedForwardPreProcessor(5, 6, 4, format),
            new FeedForwardToCnnPreProcessor(8, 5, 3))).check();
  }

  @Test
  void otherLayers() {
    Sample.of(images(CNN2DFormat.NCHW, 3)).layer(convolution(CNN2DFormat.NCHW, 16)).vertex(new PoolHelperVertex())
        .check();
    Sample.vectors(7).layer(new ElementWiseMultiplicationLayer.Builder().nIn(7).nOut(7).activation(Activation.TANH)
        .build()).check();
  }

  /** DL4J would align them with their last axes. */
  @Test
  void arraysWithOtherNumbersOfAxesAreRefused() {
    ElementWiseVertex add = new ElementWiseVertex(ElementWiseVertex.Op.Add);
    var network = Sample.untyped(new long[][] {{0, 3, 5, 6}, {0, 6}})
        .layer(new ConvolutionLayer.Builder(1, 1).nIn(3).nOut(4).build(), "in0").vertex(add, "v0", "in1").build();
    INDArray image = Nd4j.rand(2, 3, 5, 6);
    try (CompiledGraph compiled = OneDnn.compile(network, EngineOptions.standard())) {
      assertThrows(EngineException.WrongInput.class, () -> compiled.output(image, Nd4j.rand(2, 6)));
    }
  }

  @Test
  void anImageOfAnotherSizeIsRefused() {
    var network = Sample.of(images(CNN2DFormat.NCHW, 3)).layer(new DenseLayer.Builder().nOut(7).build()).build();
    try (CompiledGraph compiled = OneDnn.compile(network, EngineOptions.standard())) {
      assertThrows(EngineException.WrongInput.class, () -> compiled.output(Nd4j.rand(2, 3, 6, 5)));
    }
    assertThrows(IllegalStateException.class, () -> network.output(Nd4j.rand(2, 3, 6, 5)));
  }
}
