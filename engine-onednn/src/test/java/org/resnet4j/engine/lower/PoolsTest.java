package org.resnet4j.engine.lower;

import static org.deeplearning4j.nn.conf.ConvolutionMode.Same;
import static org.deeplearning4j.nn.conf.ConvolutionMode.Truncate;

import java.util.List;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.Pooling2D;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.layers.Upsampling2D;
import org.deeplearning4j.nn.conf.layers.ZeroPaddingLayer;
import org.deeplearning4j.nn.conf.layers.convolutional.Cropping2D;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.resnet4j.zoo.layer.Borders;
import org.resnet4j.zoo.layer.Permutation;
import org.resnet4j.zoo.layer.Resampling;
import org.resnet4j.zoo.layer.ZeroPadShortcut;

/** Pools, borders and changes of size against DL4J's own. */
class PoolsTest {
  /** @param countsPadding whether an average divides by the window's size at borders too */
  record Case(int height, int width, int kernel, int stride, int padding, ConvolutionMode mode,
      SubsamplingLayer.PoolingType type, boolean countsPadding) {
    SubsamplingLayer layer(CNN2DFormat format) {
      return new SubsamplingLayer.Builder(type).kernelSize(kernel, kernel).stride(stride, stride)
          .padding(padding, padding).convolutionMode(mode).dataFormat(format).pnorm(3)
          .avgPoolIncludePadInDivisor(countsPadding).build();
    }
  }

  static Stream<Arguments> pools() {
    int[][] windows = {{9, 8, 3, 2, 1}, {8, 9, 3, 2, 0}, {9, 9, 2, 2, 0}, {7, 10, 3, 1, 1}, {9, 7, 1, 2, 0},
        {11, 6, 5, 3, 2}};
    return Stream.of(windows).flatMap(w -> Stream.of(SubsamplingLayer.PoolingType.MAX, SubsamplingLayer.PoolingType.AVG,
        SubsamplingLayer.PoolingType.PNORM).flatMap(type -> Stream.of(Truncate, Same).flatMap(mode ->
            Stream.of(false, true).filter(counts -> !counts || type == SubsamplingLayer.PoolingType.AVG)
                .flatMap(counts -> Stream.of(CNN2DFormat.values()).map(format -> Arguments.of(new Case(w[0], w[1], w[2],
                    w[3], mode == Same ? 0 : w[4], mode, type, counts), format))))));
  }

  @ParameterizedTest
  @MethodSource("pools")
  void aPool(Case one, CNN2DFormat format) {
    Sample.images(format, 5, one.height, one.width).layer(one.layer(format)).check();
  }

  @ParameterizedTest
  @MethodSource("pools")
  void aPoolBehindAConvolution(Case one, CNN2DFormat format) {
    for (int channels : new int[] {16, 21}) {
      Sample.images(format, 3, one.height, one.width)
          .layer(new ConvolutionLayer.Builder(1, 1).nOut(channels).dataFormat(format).build())
          .layer(one.layer(format)).check();
    }
  }

  /** ND4J begins within the image. */
  @ParameterizedTest
  @EnumSource
  void aWindowSmallerThanItsStride(CNN2DFormat format) {
    Sample.images(format, 5, 6, 9).layer(new Pooling2D.Builder(PoolingType.MAX).kernelSize(1, 1).stride(3, 3)
        .convolutionMode(Same).dataFormat(format).build()).check();
  }

  @ParameterizedTest
  @EnumSource
  void aPoolWithDilation(CNN2DFormat format) {
    Sample.images(format, 5, 9, 9).layer(new SubsamplingLayer.Builder(SubsamplingLayer.PoolingType.MAX)
        .kernelSize(3, 3).stride(1, 1).dilation(2, 2).dataFormat(format).build()).withPlainLoops().check();
  }

  @ParameterizedTest
  @EnumSource
  void aGlobalPool(PoolingType type) {
    for (CNN2DFormat format : CNN2DFormat.values()) {
      for (int channels : new int[] {5, 16}) {
        Sample.images(format, channels, 5, 7).layer(new GlobalPoolingLayer.Builder(type).pnorm(2).build()).check();
        Sample.images(format, 3, 5, 7)
            .layer(new ConvolutionLayer.Builder(3, 3).nOut(channels).dataFormat(format).build())
            .layer(new GlobalPoolingLayer.Builder(type).pnorm(3).build()).check();
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void aGlobalPoolThatKeepsItsAxes(PoolingType type) {
    GlobalPoolingLayer.Builder pool = new GlobalPoolingLayer.Builder(type).pnorm(2).collapseDimensions(false);
    Sample.images(CNN2DFormat.NCHW, 5, 4, 7).layer(pool.build()).check();
    Sample.untyped(0, 5, 6).layer(pool.build()).check();
  }

  /** What the axes are is only known with an input. */
  @ParameterizedTest
  @EnumSource
  void aGlobalPoolOfAnyRank(PoolingType type) {
    GlobalPoolingLayer pool = new GlobalPoolingLayer.Builder(type).pnorm(2).build();
    Sample.untyped(0, 5, 6).layer((GlobalPoolingLayer) pool.clone()).check();
    Sample.untyped(0, 5, 6, 4).layer((GlobalPoolingLayer) pool.clone()).check();
    // DL4J's axes 2 and 3 whatever the layout is.
    Sample.untyped(0, 6, 5, 3)
        .layer(new ConvolutionLayer.Builder(2, 2).nIn(3).nOut(7).dataFormat(CNN2DFormat.NHWC).build())
        .layer((GlobalPoolingLayer) pool.clone()).check();
  }

  @Test
  void aGlobalPoolAlongOtherAxes() {
    for (int[] axes : new int[][] {{1}, {3}, {1, 3}, {1, 2, 3}, {2}}) {
      for (PoolingType type : new PoolingType[] {PoolingType.AVG, PoolingType.MAX, PoolingType.SUM}) {
        Sample.untyped(0, 3, 6, 5)
            .layer(new GlobalPoolingLayer.Builder(type).poolingDimensions(axes).build()).check();
        Sample.untyped(0, 6, 5, 3)
            .layer(new ConvolutionLayer.Builder(2, 2).nIn(3).nOut(7).dataFormat(CNN2DFormat.NHWC).build())
            .vertex(new Permutation(List.of(2, 3, 1)))
            .layer(new GlobalPoolingLayer.Builder(type).poolingDimensions(axes).build()).check();
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void borders(CNN2DFormat format) {
    Sample.images(format, 5, 6, 7).layer(new ZeroPaddingLayer.Builder(1, 2, 3, 0).dataFormat(format).build()).check();
    Sample.images(format, 5, 6, 7).layer(new Cropping2D.Builder(1, 2, 3, 0).dataFormat(format).build()).check();
    Sample.images(format, 5, 6, 7).vertex(new Borders(1, -2, -3, 2, format)).check();
    for (int channels : new int[] {16, 21}) {
      ConvolutionLayer convolution = new ConvolutionLayer.Builder(3, 3).nOut(channels).dataFormat(format).build();
      Sample.images(format, 5, 6, 7).layer(convolution.clone())
          .vertex(new Borders(1, -2, -3, 2, format)).check();
      Sample.images(format, 5, 6, 7).layer(convolution.clone())
          .layer(new Cropping2D.Builder(1, 0, 0, 2).dataFormat(format).build()).check();
      Sample.images(format, 5, 6, 7).layer(convolution.clone())
          .layer(new ZeroPaddingLayer.Builder(1, 2, 3, 0).dataFormat(format).build())
          .layer(new ConvolutionLayer.Builder(3, 3).nOut(4).dataFormat(format).stride(2, 2).build()).check();
    }
  }

  /** Zeros count in a pool where numbers may be negative, and may be left to the kernel where they may not. */
  @ParameterizedTest
  @EnumSource
  void zerosBeforeAPool(CNN2DFormat format) {
    for (Activation activation : new Activation[] {Activation.IDENTITY, Activation.RELU, Activation.TANH}) {
      for (SubsamplingLayer.PoolingType type : new SubsamplingLayer.PoolingType[] {SubsamplingLayer.PoolingType.MAX,
          SubsamplingLayer.PoolingType.AVG}) {
        for (int border : new int[] {1, 3}) {
          Sample.images(format, 3, 6, 7)
              .layer(new ConvolutionLayer.Builder(1, 1).nOut(16).activation(activation).dataFormat(format).build())
              .layer(new ZeroPaddingLayer.Builder(border, border).dataFormat(format).build())
              .layer(new SubsamplingLayer.Builder(type).kernelSize(3, 3).stride(2, 2).dataFormat(format).build())
              .check();
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void zeroPadShortcuts(CNN2DFormat format) {
    for (int stride : new int[] {1, 2, 3}) {
      for (int channels : new int[] {5, 8, 16}) {
        Sample.images(format, 5, 7, 8).layer(new ZeroPadShortcut(channels, stride)).check();
        Sample.images(format, 3, 7, 8)
            .layer(new ConvolutionLayer.Builder(1, 1).nOut(5).dataFormat(format).build())
            .layer(new ZeroPadShortcut(channels, stride)).check();
      }
    }
    Sample.images(format, 3, 7, 8).layer(new ConvolutionLayer.Builder(1, 1).nOut(16).dataFormat(format).build())
        .layer(new ZeroPadShortcut(32, 2)).check();
  }

  @ParameterizedTest
  @EnumSource
  void upsampling(CNN2DFormat format) {
    for (int channels : new int[] {5, 16}) {
      Sample.images(format, channels, 4, 7)
          .layer(new Upsampling2D.Builder().size(new int[] {2, 3}).dataFormat(format).build()).check();
      Sample.images(format, 3, 4, 7)
          .layer(new ConvolutionLayer.Builder(1, 1).nOut(channels).dataFormat(format).build())
          .layer(new Upsampling2D.Builder(3).dataFormat(format).build()).check();
    }
  }

  @ParameterizedTest
  @EnumSource
  void resampling(Resampling.Kernel kernel) {
    int[][] sizes = {{8, 14}, {4, 7}, {2, 3}, {6, 5}, {9, 20}, {1, 1}, {3, 28}};
    for (CNN2DFormat format : CNN2DFormat.values()) {
      for (int[] size : sizes) {
        Sample.images(format, 5, 4, 7).vertex(new Resampling(kernel, size[0], size[1], false, format)).check();
      }
      Sample.of(InputType.convolutional(4, 7, 5, format))
          .vertex(new Resampling(kernel, 2, 3, true, format)).check();
      Sample.images(format, 3, 6, 7).layer(new ConvolutionLayer.Builder(3, 3).nOut(16).dataFormat(format).build())
          .vertex(new Resampling(kernel, 7, 3, false, format))
          .layer(new ConvolutionLayer.Builder(3, 3).nOut(4).dataFormat(format).build()).check();
    }
  }
}
