package org.resnet4j.engine.lower;

import java.util.List;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.LocalResponseNormalization;
import org.deeplearning4j.nn.conf.layers.PReLULayer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.resnet4j.zoo.layer.BetaOnlyBatchNormalization;
import org.resnet4j.zoo.layer.FrozenBatchNormalization;
import org.resnet4j.zoo.layer.GroupNormalization;
import org.resnet4j.zoo.layer.HeldLayer;
import org.resnet4j.zoo.layer.ParametricRelu;
import org.resnet4j.zoo.layer.PartialBatchNormalization;
import org.resnet4j.zoo.layer.Permutation;

/** Normalisations and parametric rectifiers against DL4J's own. */
class NormsTest {
  private static BatchNormalization norm(BatchNormalization norm, CNN2DFormat format) {
    norm.setUseLogStd(false);
    norm.setCnn2DFormat(format);
    norm.setEps(1e-3);
    return norm;
  }

  static Stream<Arguments> norms() {
    return Stream.of(CNN2DFormat.values()).flatMap(format -> Stream.of(
        new BatchNormalization.Builder().useLogStd(false).dataFormat(format).build(),
        new BatchNormalization.Builder().useLogStd(true).dataFormat(format).build(),
        new BatchNormalization.Builder(true).useLogStd(false).dataFormat(format).build(),
        new BatchNormalization.Builder(2, 0.5, true).useLogStd(false).dataFormat(format).build(),
        new BatchNormalization.Builder(2, 0, true).useLogStd(false).dataFormat(format).build(),
        norm(new BetaOnlyBatchNormalization(0.9, 1e-3), format),
        norm(new PartialBatchNormalization(false, true, true), format),
        norm(new FrozenBatchNormalization(), format)).map(norm -> Arguments.of(norm, format)));
  }

  /** By itself, folded into what stands before it, and behind an activation, where it can't be. */
  @ParameterizedTest
  @MethodSource("norms")
  void batchNorm(BatchNormalization norm, CNN2DFormat format) {
    Sample.images(format, 5, 6, 7).layer(norm.clone()).check();
    Sample.images(format, 3, 6, 7)
        .layer(new ConvolutionLayer.Builder(3, 3).nOut(7).dataFormat(format).build())
        .layer(norm.clone()).layer(new ActivationLayer(Activation.RELU)).check();
    Sample.images(format, 3, 6, 7)
        .layer(new ConvolutionLayer.Builder(3, 3).nOut(7).dataFormat(format).activation(Activation.SIGMOID).build())
        .layer(norm.clone()).layer(new ActivationLayer(Activation.TANH)).check();
  }

  /** Images of one pixel, one row, one column. */
  @ParameterizedTest
  @EnumSource
  void batchNormOfThinImages(CNN2DFormat format) {
    for (int[] size : new int[][] {{1, 1}, {1, 4}, {5, 1}}) {
      for (int channels : new int[] {1, 5, 16, 40}) {
        Sample.images(format, channels, size[0], size[1]).layer(norm(new BatchNormalization(), format)).check();
        Sample.images(format, 3, size[0], size[1])
            .layer(new ConvolutionLayer.Builder(1, 1).nOut(channels).dataFormat(format).activation(Activation.TANH)
                .build()).layer(norm(new BatchNormalization(), format)).layer(new ActivationLayer(Activation.SIGMOID))
            .check();
      }
    }
  }

  /** The last axis is the channels' where nobody said what the array is. */
  @Test
  void batchNormBehindAPermutation() {
    for (List<Integer> axes : List.of(List.of(1, 3, 2), List.of(2, 3, 1), List.of(3, 2, 1), List.of(2, 1, 3))) {
      long[] sizes = {6, 7, 3};
      BatchNormalization norm = norm(new BatchNormalization(), CNN2DFormat.NHWC);
      norm.setNIn(sizes[axes.get(2) - 1]);
      norm.setNOut(sizes[axes.get(2) - 1]);
      Sample.untyped(0, 6, 7, 3).vertex(new Permutation(axes)).layer(norm).check();
    }
  }

  @ParameterizedTest
  @MethodSource("norms")
  void batchNormOfVectors(BatchNormalization norm, CNN2DFormat format) {
    // DL4J's own can't be the last of a network of vectors.
    Sample.vectors(7).layer(norm.clone()).layer(new ActivationLayer(Activation.IDENTITY)).check();
    Sample.vectors(7).layer(new DenseLayer.Builder().nOut(5).build()).layer(norm.clone())
        .layer(new ActivationLayer(Activation.RELU)).check();
  }

  @ParameterizedTest
  @EnumSource
  void heldNorm(CNN2DFormat format) {
    BatchNormalization norm = norm(new BatchNormalization(), format);
    norm.setNIn(5);
    norm.setNOut(5);
    Sample.images(format, 5, 6, 7).layer(new HeldLayer(norm)).check();
  }

  @ParameterizedTest
  @EnumSource
  void groupNorm(CNN2DFormat format) {
    for (int[] sizes : new int[][] {{6, 2}, {32, 32}, {64, 16}, {5, 1}, {40, 8}}) {
      GroupNormalization norm = new GroupNormalization.Builder(sizes[1]).eps(1e-3).build();
      Sample.images(format, sizes[0], 5, 7).layer(norm.clone()).check();
      Sample.images(format, 3, 5, 7).layer(new ConvolutionLayer.Builder(3, 3).nOut(sizes[0]).dataFormat(format).build())
          .layer(norm.clone()).layer(new ActivationLayer(Activation.RELU))
          .layer(new ConvolutionLayer.Builder(1, 1).nOut(4).dataFormat(format).build()).check();
    }
  }

  @ParameterizedTest
  @EnumSource
  void localResponseNorm(CNN2DFormat format) {
    for (int channels : new int[] {5, 16, 40}) {
      for (double n : new double[] {5, 4, 3}) {
        LocalResponseNormalization norm = new LocalResponseNormalization.Builder(2, n, 0.3, 0.75)
            .dataFormat(format).build();
        Sample.images(format, channels, 5, 7).layer(norm).check();
        Sample.images(format, 3, 5, 7).layer(new ConvolutionLayer.Builder(3, 3).nOut(channels).dataFormat(format)
            .build()).layer(norm.clone()).check();
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void parametricRectifiers(CNN2DFormat format) {
    boolean last = format == CNN2DFormat.NHWC;
    for (int channels : new int[] {5, 16}) {
      long[][] shapes = last ? new long[][] {{1, 1, channels}, {5, 7, channels}, {5, 7, 1}, {1, 1, 1}}
          : new long[][] {{channels, 1, 1}, {channels, 5, 7}, {1, 5, 7}, {1, 1, 1}};
      for (long[] shape : shapes) {
        Sample.images(format, channels, 5, 7).layer(new ParametricRelu(shape)).check();
        Sample.images(format, 3, 5, 7).layer(new ConvolutionLayer.Builder(1, 1).nOut(channels).dataFormat(format)
            .build()).layer(new ParametricRelu(shape)).check();
      }
      Sample.images(format, channels, 5, 7).layer(new PReLULayer.Builder()
          .inputShape(last ? new long[] {5, 7, channels} : new long[] {channels, 5, 7})
          .sharedAxes(last ? new long[] {1, 2} : new long[] {2, 3}).build()).check();
    }
  }

  @Test
  void parametricRectifiersOfVectors() {
    Sample.vectors(7).layer(new ParametricRelu(7)).check();
    Sample.of(InputType.feedForward(7)).layer(new DenseLayer.Builder().nOut(5).build()).layer(new ParametricRelu(5))
        .check();
    Sample.of(InputType.feedForward(7)).layer(new PReLULayer.Builder().inputShape(7).build()).check();
  }
}
