package org.resnet4j.engine.lower;

import static org.deeplearning4j.nn.conf.ConvolutionMode.Same;
import static org.deeplearning4j.nn.conf.ConvolutionMode.Strict;
import static org.deeplearning4j.nn.conf.ConvolutionMode.Truncate;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.layers.Convolution2D;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DepthwiseConvolution2D;
import org.deeplearning4j.nn.conf.layers.SeparableConvolution2D;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.resnet4j.engine.CompiledGraph;
import org.resnet4j.engine.Deviation;
import org.resnet4j.engine.EngineOptions;
import org.resnet4j.engine.OneDnn;
import org.resnet4j.zoo.layer.DilatedConvolution;
import org.resnet4j.zoo.layer.GroupedConvolution;

/** Convolutions against DL4J's own. */
class WindowsTest {
  /**
   * @param height and width of the image
   * @param before padding on both sides
   */
  record Case(int in, int out, int groups, int height, int width, int[] kernel, int[] stride, int[] dilation,
      ConvolutionMode mode, int[] before) {
    static Case of(int in, int out, int groups, int size, int kernel, int stride, int dilation, ConvolutionMode mode,
        int before) {
      return new Case(in, out, groups, size, size + 2, new int[] {kernel, kernel}, new int[] {stride, stride},
          new int[] {dilation, dilation}, mode, new int[] {before, before});
    }

    ConvolutionLayer layer(CNN2DFormat format) {
      ConvolutionLayer.Builder builder = groups > 1 ? new GroupedConvolution.Builder(groups, kernel[0], kernel[1])
          : dilation[0] > 1 || dilation[1] > 1 ? new DilatedConvolution.Builder(kernel[0], kernel[1])
          : new ConvolutionLayer.Builder(kernel[0], kernel[1]);
      return builder.stride(stride).dilation(dilation).convolutionMode(mode).padding(before).nIn(in).nOut(out)
          .dataFormat(format).hasBias(groups != 3).activation(Activation.IDENTITY).build();
    }

    @Override
    public String toString() {
      return "%d to %d in %d, %dx%d, %dx%d/%d by %d %s pad %d".formatted(in, out, groups, height, width, kernel[0],
          kernel[1], stride[0], dilation[0], mode, before[0]);
    }
  }

  static Stream<Arguments> convolutions() {
    List<Case> cases = new ArrayList<>(List.of(
        Case.of(3, 16, 1, 17, 7, 2, 1, Truncate, 3),
        Case.of(3, 5, 1, 9, 3, 1, 1, Truncate, 0),
        Case.of(16, 32, 1, 9, 3, 2, 1, Truncate, 1),
        Case.of(16, 7, 1, 9, 3, 2, 1, Same, 0),
        Case.of(7, 16, 1, 8, 3, 2, 1, Same, 0),
        Case.of(5, 6, 1, 8, 2, 3, 1, Truncate, 0),
        Case.of(16, 16, 1, 8, 4, 2, 1, Same, 0),
        Case.of(16, 16, 1, 11, 3, 1, 2, Same, 0),
        Case.of(16, 24, 1, 11, 3, 2, 3, Truncate, 2),
        Case.of(32, 16, 1, 7, 1, 1, 1, Truncate, 0),
        Case.of(32, 16, 1, 7, 1, 2, 1, Truncate, 0),
        Case.of(4, 4, 1, 9, 3, 2, 1, Strict, 1),
        new Case(8, 18, 2, 17, 1, new int[] {2, 1}, new int[] {1, 2}, new int[] {3, 3}, Truncate, new int[] {1, 1}),
        Case.of(32, 32, 2, 9, 3, 1, 1, Truncate, 1),
        Case.of(32, 64, 8, 9, 3, 2, 1, Truncate, 1),
        Case.of(6, 9, 3, 9, 3, 2, 1, Same, 0),
        Case.of(64, 64, 16, 6, 3, 1, 2, Same, 0),
        Case.of(16, 16, 16, 9, 3, 1, 1, Same, 0),
        Case.of(16, 32, 16, 9, 3, 2, 1, Truncate, 1),
        Case.of(7, 7, 7, 9, 5, 2, 1, Same, 0),
        Case.of(5, 15, 5, 9, 3, 1, 2, Truncate, 2)));
    cases.add(new Case(8, 12, 1, 7, 10, new int[] {3, 1}, new int[] {1, 2}, new int[] {1, 1}, Truncate,
        new int[] {1, 0}));
    cases.add(new Case(8, 12, 1, 10, 7, new int[] {1, 5}, new int[] {2, 1}, new int[] {1, 2}, Same,
        new int[] {0, 0}));
    return cases.stream().flatMap(one -> Stream.of(CNN2DFormat.values()).map(format -> Arguments.of(one, format)));
  }

  @ParameterizedTest
  @MethodSource("convolutions")
  void aConvolution(Case one, CNN2DFormat format) {
    Sample.images(format, one.in, one.height, one.width).layer(one.layer(format)).check();
  }

  /** The layout that the first kernel gives is what the second one gets. */
  @ParameterizedTest
  @MethodSource("convolutions")
  void aConvolutionBehindAnother(Case one, CNN2DFormat format) {
    Sample.images(format, 3, one.height, one.width)
        .layer(new ConvolutionLayer.Builder(1, 1).nOut(one.in).dataFormat(format).build())
        .layer(one.layer(format)).check();
  }

  @ParameterizedTest
  @EnumSource
  void theSameByAnotherName(CNN2DFormat format) {
    Sample.images(format, 3, 6, 7)
        .layer(new Convolution2D.Builder(3, 3).nOut(4).dataFormat(format).activation(Activation.TANH).build()).check();
  }

  @ParameterizedTest
  @EnumSource
  void depthwise(CNN2DFormat format) {
    for (ConvolutionMode mode : new ConvolutionMode[] {Truncate, Same}) {
      for (int multiplier : new int[] {1, 3}) {
        Sample.images(format, 5, 9, 8).layer(new DepthwiseConvolution2D.Builder(3, 2).depthMultiplier(multiplier)
            .stride(2, 1).convolutionMode(mode).dataFormat(format).activation(Activation.TANH).build()).check();
      }
    }
    Sample.images(format, 16, 9, 9).layer(new DepthwiseConvolution2D.Builder(3, 3).padding(1, 1)
        .dataFormat(format).hasBias(false).build()).check();
  }

  /** ND4J's own operation, with the helpers of its oneDNN build, refuses it. */
  @ParameterizedTest
  @EnumSource
  void depthwiseWithDilation(CNN2DFormat format) {
    ComputationGraph grouped = Sample.images(format, 4, 9, 9).layer(new GroupedConvolution.Builder(4, 3, 3).nOut(8)
        .dilation(2, 2).padding(1, 1).dataFormat(format).build()).build();
    ComputationGraph depthwise = Sample.images(format, 4, 9, 9).layer(new DepthwiseConvolution2D.Builder(3, 3)
        .depthMultiplier(2).dilation(2, 2).padding(1, 1).dataFormat(format).build()).build();
    depthwise.getParam("v0_b").assign(grouped.getParam("v0_b"));
    // [in * multiplier, 1, height, width] to [height, width, in, multiplier].
    INDArray weight = grouped.getParam("v0_W").dup('c').reshape('c', 4, 2, 3, 3);
    depthwise.getParam("v0_W").assign(weight.permute(2, 3, 0, 1));
    INDArray input = Nd4j.rand(format == CNN2DFormat.NCHW ? new int[] {2, 4, 9, 9} : new int[] {2, 9, 9, 4});
    try (CompiledGraph compiled = OneDnn.compile(depthwise, EngineOptions.standard())) {
      Deviation.assertClose("dilated", grouped.outputSingle(input), compiled.output(input)[0], 1e-4);
    }
  }

  @ParameterizedTest
  @EnumSource
  void separable(CNN2DFormat format) {
    for (ConvolutionMode mode : new ConvolutionMode[] {Truncate, Same}) {
      for (int multiplier : new int[] {1, 2}) {
        Sample.images(format, 5, 9, 8).layer(new SeparableConvolution2D.Builder(3, 3).depthMultiplier(multiplier)
            .nOut(7).stride(2, 2).convolutionMode(mode).dataFormat(format).activation(Activation.TANH).build())
            .within(3e-2).check();
      }
    }
    Sample.images(format, 16, 9, 9).layer(new SeparableConvolution2D.Builder(3, 3).nOut(16).dilation(2, 2)
        .dataFormat(format).hasBias(false).build()).check();
  }
}
