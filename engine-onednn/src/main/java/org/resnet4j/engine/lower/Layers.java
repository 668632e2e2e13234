package org.resnet4j.engine.lower;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BaseOutputLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.CenterLossOutputLayer;
import org.deeplearning4j.nn.conf.layers.Convolution2D;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DepthwiseConvolution2D;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LocalResponseNormalization;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PReLULayer;
import org.deeplearning4j.nn.conf.layers.Pooling2D;
import org.deeplearning4j.nn.conf.layers.SeparableConvolution2D;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.layers.Upsampling2D;
import org.deeplearning4j.nn.conf.layers.ZeroPaddingLayer;
import org.deeplearning4j.nn.conf.layers.convolutional.Cropping2D;
import org.deeplearning4j.nn.conf.layers.misc.ElementWiseMultiplicationLayer;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.resnet4j.engine.node.Dense;
import org.resnet4j.engine.node.Resize;
import org.resnet4j.engine.plan.Constant;
import org.resnet4j.engine.plan.Value;
import org.resnet4j.zoo.layer.AxisSoftmax;
import org.resnet4j.zoo.layer.BetaOnlyBatchNormalization;
import org.resnet4j.zoo.layer.DilatedConvolution;
import org.resnet4j.zoo.layer.FeatureOutput;
import org.resnet4j.zoo.layer.FrozenBatchNormalization;
import org.resnet4j.zoo.layer.GroupNormalization;
import org.resnet4j.zoo.layer.GroupedConvolution;
import org.resnet4j.zoo.layer.ParametricRelu;
import org.resnet4j.zoo.layer.PartialBatchNormalization;
import org.resnet4j.zoo.layer.PixelLoss;
import org.resnet4j.zoo.layer.PureActivation;
import org.resnet4j.zoo.layer.PureDropout;
import org.resnet4j.zoo.layer.Resampling;
import org.resnet4j.zoo.layer.ZeroPadShortcut;

/** Layers as nodes. */
final class Layers {
  /** By exact class: a subclass may compute something else. */
  private static final Map<Class<?>, BiFunction<Site, Layer, Signal>> TABLE = table();

  private Layers() {}

  private static Map<Class<?>, BiFunction<Site, Layer, Signal>> table() {
    Map<Class<?>, BiFunction<Site, Layer, Signal>> table = new HashMap<>();
    windows(table);
    for (Class<? extends BatchNormalization> type : List.of(BatchNormalization.class, BetaOnlyBatchNormalization.class,
        PartialBatchNormalization.class, FrozenBatchNormalization.class)) {
      put(table, type, Norms::batchNorm);
    }
    put(table, GroupNormalization.class, Norms::groupNorm);
    put(table, LocalResponseNormalization.class, Norms::channelNorm);
    put(table, PReLULayer.class, Norms::prelu);
    put(table, ParametricRelu.class, Norms::prelu);
    put(table, ElementWiseMultiplicationLayer.class, (site, layer) -> Activations.apply(site, layer.getActivationFn(),
        Norms.scaled(site, site.parameter("W"), site.parameter("b")), -1));
    put(table, DenseLayer.class, (site, dense) -> {
      if (dense.hasLayerNorm()) {
        throw site.unsupported("a dense layer with layer normalisation");
      }
      return dense(site, dense.getNOut(), dense.hasBias(), dense.getActivationFn());
    });
    for (Class<? extends BaseOutputLayer> type : List.of(OutputLayer.class, CenterLossOutputLayer.class)) {
      put(table, type, (site, dense) -> dense(site, dense.getNOut(), dense.hasBias(), dense.getActivationFn()));
    }
    put(table, ActivationLayer.class, (site, layer) -> activation(site, layer.getActivationFn()));
    put(table, PureActivation.class, (site, layer) -> activation(site, layer.getActivationFn()));
    put(table, LossLayer.class, (site, layer) -> activation(site, layer.getActivationFn()));
    put(table, PixelLoss.class, (site, layer) -> {
      int channels = layer.getFormat() == CNN2DFormat.NCHW ? 1 : -1;
      // Computed on rows of channels, whose axis 1 is the channels'.
      IActivation activation = layer.getActivationFn() instanceof AxisSoftmax softmax
          ? new AxisSoftmax(channels, softmax.logarithm()) : layer.getActivationFn();
      return Activations.apply(site, activation, site.input(), channels);
    });
    put(table, FeatureOutput.class, (site, layer) -> site.input());
    put(table, DropoutLayer.class, (site, layer) -> site.input());
    put(table, PureDropout.class, (site, layer) -> site.input());
    return table;
  }

  private static void windows(Map<Class<?>, BiFunction<Site, Layer, Signal>> table) {
    for (Class<? extends ConvolutionLayer> type : List.of(ConvolutionLayer.class, Convolution2D.class,
        DilatedConvolution.class, GroupedConvolution.class)) {
      put(table, type, Windows::convolution);
    }
    put(table, DepthwiseConvolution2D.class, Windows::depthwise);
    put(table, SeparableConvolution2D.class, Windows::separable);
    put(table, SubsamplingLayer.class, Windows::pool);
    put(table, Pooling2D.class, Windows::pool);
    put(table, GlobalPoolingLayer.class, Windows::globalPool);
    put(table, ZeroPadShortcut.class, Windows::zeroPadShortcut);
    put(table, ZeroPaddingLayer.class, (site, layer) ->
        Windows.bordered(site, site.images(layer.getDataFormat()), layer.getPadding()));
    put(table, Cropping2D.class, (site, layer) ->
        Windows.cropped(site, site.images(layer.getDataFormat()), layer.getCropping()));
    put(table, Upsampling2D.class, (site, layer) -> {
      Signal x = site.images(layer.getFormat());
      int[] factor = layer.getSize();
      return x.with(site.add(output ->
          new Resize(x.value(), output, Resampling.Kernel.NEAREST, factor[0], factor[1], true)));
    });
  }

  private static <T extends Layer> void put(Map<Class<?>, BiFunction<Site, Layer, Signal>> table,
      Class<? extends T> type, BiFunction<Site, T, Signal> nodes) {
    table.put(type, (site, layer) -> nodes.apply(site, type.cast(layer)));
  }

  /** @throws Unsupported for any other layer */
  static Signal lower(Site site, Layer layer) {
    BiFunction<Site, Layer, Signal> nodes = TABLE.get(layer.getClass());
    if (nodes == null) {
      throw site.unsupported("layer " + layer.getClass().getSimpleName());
    }
    return nodes.apply(site, layer);
  }

  /** DL4J's softmax runs along the last axis of its array, be that an image's columns. */
  private static Signal activation(Site site, IActivation activation) {
    return Activations.apply(site, activation, site.input(), -1);
  }

  private static Signal dense(Site site, long features, boolean bias, IActivation activation) {
    Value x = site.asIs(site.input());
    Constant weight = site.parameter("W", "W", INDArray::transpose);
    Value product = site.add(output ->
        new Dense(x, output, weight, bias ? site.parameter("b") : null, features, List.of()));
    return Activations.apply(site, activation, new Signal(product), -1);
  }
}
