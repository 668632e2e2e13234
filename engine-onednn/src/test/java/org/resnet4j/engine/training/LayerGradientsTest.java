package org.resnet4j.engine.training;

import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DepthwiseConvolution2D;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.LocalResponseNormalization;
import org.deeplearning4j.nn.conf.layers.PReLULayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.SeparableConvolution2D;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.layers.Upsampling2D;
import org.deeplearning4j.nn.conf.layers.ZeroPaddingLayer;
import org.deeplearning4j.nn.conf.layers.convolutional.Cropping2D;
import org.deeplearning4j.nn.conf.layers.misc.ElementWiseMultiplicationLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.resnet4j.engine.WithoutHelpers;
import org.resnet4j.zoo.layer.BetaOnlyBatchNormalization;
import org.resnet4j.zoo.layer.DilatedConvolution;
import org.resnet4j.zoo.layer.FrozenBatchNormalization;
import org.resnet4j.zoo.layer.GroupNormalization;
import org.resnet4j.zoo.layer.GroupedConvolution;
import org.resnet4j.zoo.layer.ParametricRelu;
import org.resnet4j.zoo.layer.PartialBatchNormalization;
import org.resnet4j.zoo.layer.ZeroPadShortcut;

/** The gradients of each kind of layer, in both layouts, are DL4J's. */
@ExtendWith(WithoutHelpers.class)
class LayerGradientsTest {
  private static final Map<String, Consumer<Sketch>> LAYERS = new TreeMap<>();
  /** Those with which DL4J throws in NHWC. */
  private static final Map<String, Consumer<Sketch>> FIRST = new TreeMap<>();

  static {
    windows();
    pools();
    norms();
    LAYERS.put("dense on images", net -> net.convolution(4).dense(9));
    LAYERS.put("dense with activation", net -> net.convolution(4).then(
        new DenseLayer.Builder().nOut(9).hasBias(false).activation(Activation.TANH).build()));
    LAYERS.put("element-wise multiplication", net -> net.dense(9).then(
        new ElementWiseMultiplicationLayer.Builder().nIn(9).nOut(9).activation(Activation.TANH).build()));
    LAYERS.put("PReLU by number", net -> net.convolution(5).then(
        new PReLULayer.Builder().inputShape(shape(net, 5, 8, 7)).build()));
    LAYERS.put("parametric relu by channel", net -> net.convolution(5).then(new ParametricRelu(shape(net, 5, 1, 1))));
    LAYERS.put("parametric relu by pixel", net -> net.convolution(5).then(new ParametricRelu(shape(net, 1, 8, 7))));
    LAYERS.put("parametric relu by number", net -> net.convolution(5).then(new ParametricRelu(shape(net, 5, 8, 7))));
    LAYERS.put("parametric relu on vectors", net -> net.dense(9).then(new ParametricRelu(9)));
    LAYERS.put("zero padding", net -> net.convolution(4).then(
        new ZeroPaddingLayer.Builder(1, 2, 3, 0).dataFormat(net.format).build()).convolution(3));
    LAYERS.put("cropping", net -> net.convolution(4).then(
        new Cropping2D.Builder(1, 2, 3, 0).dataFormat(net.format).build()).convolution(3));
    LAYERS.put("upsampling", net -> net.convolution(4).then(
        new Upsampling2D.Builder(2).size(new int[] {2, 3}).dataFormat(net.format).build()).pixelwise(3));
    LAYERS.put("zero-padded shortcut", net -> net.convolution(4).then(new ZeroPadShortcut(9, 2)).pixelwise(3));
    LAYERS.put("zero-padded shortcut without stride", net -> net.convolution(4).then(new ZeroPadShortcut(9, 1)));
    LAYERS.put("zero-padded shortcut that only strides", net -> net.convolution(4).then(new ZeroPadShortcut(4, 2)));
  }

  private static long[] shape(Sketch net, long channels, long height, long width) {
    return net.format == CNN2DFormat.NCHW ? new long[] {channels, height, width} : new long[] {height, width, channels};
  }

  private static void windows() {
    LAYERS.put("convolution", net -> net.convolution(5).convolution(4));
    LAYERS.put("convolution with stride, padding and activation", net -> net.convolution(5).then(
        new ConvolutionLayer.Builder(3, 2).stride(2, 1).padding(2, 1).nOut(4).activation(Activation.RELU)
            .dataFormat(net.format).build()));
    LAYERS.put("convolution same", net -> net.convolution(5).then(new ConvolutionLayer.Builder(3, 4).stride(2, 3)
        .convolutionMode(ConvolutionMode.Same).hasBias(false).nOut(4).dataFormat(net.format).build()));
    LAYERS.put("convolution with one place in a row", net -> net.convolution(1).then(
        new ConvolutionLayer.Builder(2, 5).stride(1, 3).nOut(1).dataFormat(net.format).build()));
    LAYERS.put("convolution dilated", net -> net.convolution(5).then(new DilatedConvolution.Builder(3, 3)
        .dilation(2, 2).padding(2, 2).nOut(4).dataFormat(net.format).build()));
    LAYERS.put("convolution of pixels", net -> net.convolution(5).pixelwise(4));
    LAYERS.put("convolution of pixels without bias", net -> net.convolution(5).then(
        new ConvolutionLayer.Builder(1, 1).nOut(4).hasBias(false).dataFormat(net.format).build()));
    LAYERS.put("convolution of every other pixel", net -> net.convolution(5).then(
        new ConvolutionLayer.Builder(1, 1).stride(2, 3).nOut(4).hasBias(false).dataFormat(net.format).build()));
    LAYERS.put("convolution grouped", net -> net.convolution(6).then(new GroupedConvolution.Builder(3, 3, 3)
        .stride(2, 2).padding(1, 1).nOut(9).dataFormat(net.format).build()));
    LAYERS.put("convolution grouped, pixels", net -> net.convolution(6).then(new GroupedConvolution.Builder(2, 1, 1)
        .nOut(8).hasBias(false).dataFormat(net.format).build()));
    LAYERS.put("convolution depthwise", net -> net.convolution(6).then(new DepthwiseConvolution2D.Builder()
        .kernelSize(3, 3).padding(1, 1).depthMultiplier(2).dataFormat(net.format).build()));
    LAYERS.put("convolution separable", net -> net.convolution(6).then(new SeparableConvolution2D.Builder()
        .kernelSize(3, 3).depthMultiplier(2).nOut(5).dataFormat(net.format).build()));
  }

  private static void pools() {
    for (PoolingType type : PoolingType.values()) {
      LAYERS.put("pool " + type, net -> net.convolution(4).then(pool(net, type).build()));
      LAYERS.put("pool " + type + " same", net -> net.convolution(4).then(pool(net, type)
          .padding(0, 0).convolutionMode(ConvolutionMode.Same).build()));
      LAYERS.put("pool " + type + " all", net -> net.convolution(4).then(global(type).build()));
    }
    LAYERS.put("pool AVG with padding", net -> net.convolution(4).then(pool(net, PoolingType.AVG).padding(1, 1)
        .avgPoolIncludePadInDivisor(true).build()));
    LAYERS.put("pool MAX behind zeros", net -> net.convolution(4).then(new ActivationLayer(
        Activation.RELU)).then(new ZeroPaddingLayer.Builder(1, 1).dataFormat(net.format).build())
        .then(pool(net, PoolingType.MAX).padding(0, 0).build()));
    FIRST.put("pool AVG all, axes kept", net -> net.convolution(4).then(
        global(PoolingType.AVG).collapseDimensions(false).build()));
    LAYERS.put("pool AVG along rows", net -> net.convolution(4).then(global(PoolingType.AVG)
        .poolingDimensions(2).build()));
    LAYERS.put("pool SUM along rows", net -> net.convolution(4).then(global(PoolingType.SUM)
        .poolingDimensions(3).build()));
  }

  private static SubsamplingLayer.Builder pool(Sketch net, PoolingType type) {
    return new SubsamplingLayer.Builder(type == PoolingType.SUM ? PoolingType.AVG : type).kernelSize(3, 2).stride(2, 2)
        .padding(1, 0).pnorm(2).dataFormat(net.format);
  }

  private static GlobalPoolingLayer.Builder global(PoolingType type) {
    return new GlobalPoolingLayer.Builder(type).pnorm(3);
  }

  private static void norms() {
    Map<String, BatchNormalization> norms = new TreeMap<>();
    norms.put("batch norm", new BatchNormalization.Builder().useLogStd(false).decay(0.8).eps(1e-3).build());
    norms.put("batch norm by logarithms", new BatchNormalization.Builder().useLogStd(true).build());
    norms.put("batch norm with fixed gamma and beta", new BatchNormalization.Builder(true).gamma(0.7).beta(0.2)
        .build());
    norms.put("batch norm without gamma and beta", new BatchNormalization.Builder(true).build());
    norms.put("batch norm, beta only", new BetaOnlyBatchNormalization(0.9, 1e-3));
    norms.put("batch norm, partial", new PartialBatchNormalization(false, true, false));
    norms.put("batch norm by running statistics", new PartialBatchNormalization(true, true, true));
    norms.put("batch norm, frozen", new FrozenBatchNormalization());
    norms.forEach((name, norm) -> {
      if (!name.endsWith("logarithms")) {
        norm.setUseLogStd(false);
      }
      Map<String, Consumer<Sketch>> images = norm.isLockGammaBeta() ? FIRST : LAYERS;
      images.put(name, net -> net.convolution(5).then(in(net, norm)).convolution(3));
      images.put(name + " and relu", net -> net.convolution(5).then(in(net, norm)).then(
          new ActivationLayer(Activation.RELU)).convolution(3));
      images.put(name + " on input", net -> net.then(in(net, norm)).convolution(3));
      LAYERS.put(name + " on vectors", net -> net.convolution(5).dense(7).then(in(net, norm)));
    });
    LAYERS.put("group norm", net -> net.convolution(6).then(new GroupNormalization.Builder(3).build()).convolution(3));
    LAYERS.put("layer norm", net -> net.convolution(6).then(new GroupNormalization.Builder(1).build()).convolution(3));
    LAYERS.put("instance norm", net -> net.convolution(6).then(
        new GroupNormalization.Builder(6).build()).convolution(3));
  }

  private static BatchNormalization in(Sketch net, BatchNormalization norm) {
    BatchNormalization copy = norm.clone();
    copy.setCnn2DFormat(net.format);
    return copy;
  }

  static Stream<String> layers() {
    return LAYERS.keySet().stream();
  }

  @ParameterizedTest
  @MethodSource("layers")
  void gradientsAreDl4js(String name) {
    TrainingStep.compareBothLayouts(name, LAYERS.get(name));
  }

  static Stream<String> onlyFirst() {
    return FIRST.keySet().stream();
  }

  @ParameterizedTest
  @MethodSource("onlyFirst")
  void gradientsAreDl4jsWithChannelsFirst(String name) {
    Sketch net = new Sketch(CNN2DFormat.NCHW);
    FIRST.get(name).accept(net);
    TrainingStep.compare(name, net.classes(), net.batch(5));
  }

  /** DL4J's own gradient has each sum divided by the wrong channel's, so that the score's slope tells what is right. */
  @ParameterizedTest
  @EnumSource(CNN2DFormat.class)
  void localResponseNormsGradientIsTheScoresSlope(CNN2DFormat format) {
    Sketch net = new Sketch(format);
    ComputationGraph graph = net.convolution(9).then(new LocalResponseNormalization.Builder(2, 5, 0.5, 0.75)
        .dataFormat(format).build()).classes();
    TrainingStep.compareWithSlopes("local response norm", graph, net.batch(2), "v0_b");
  }
}
