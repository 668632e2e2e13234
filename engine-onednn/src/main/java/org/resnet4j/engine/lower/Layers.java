package org.resnet4j.engine.lower;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.params.BatchNormalizationParamInitializer;
import org.nd4j.linalg.activations.IActivation;
import org.resnet4j.engine.node.Affine;
import org.resnet4j.engine.node.Convolution;
import org.resnet4j.engine.node.Dense;
import org.resnet4j.engine.node.Pool;
import org.resnet4j.engine.node.Reduction;
import org.resnet4j.engine.node.Window;
import org.resnet4j.engine.plan.Constant;
import org.resnet4j.engine.plan.Value;
import org.resnet4j.zoo.layer.BetaOnlyBatchNormalization;
import org.resnet4j.zoo.layer.DilatedConvolution;
import org.resnet4j.zoo.layer.FeatureOutput;
import org.resnet4j.zoo.layer.FrozenBatchNormalization;
import org.resnet4j.zoo.layer.GroupedConvolution;
import org.resnet4j.zoo.layer.PartialBatchNormalization;
import org.resnet4j.zoo.layer.PixelLoss;
import org.resnet4j.zoo.layer.PureActivation;
import org.resnet4j.zoo.layer.PureDropout;

/** Layers as nodes. */
final class Layers {
  /** By exact class: a subclass may compute something else. */
  private static final Map<Class<?>, BiFunction<Site, Layer, Signal>> TABLE = table();

  private Layers() {}

  private static Map<Class<?>, BiFunction<Site, Layer, Signal>> table() {
    Map<Class<?>, BiFunction<Site, Layer, Signal>> table = new HashMap<>();
    for (Class<? extends ConvolutionLayer> type : List.of(ConvolutionLayer.class, DilatedConvolution.class,
        GroupedConvolution.class)) {
      put(table, type, Layers::convolution);
    }
    for (Class<? extends BatchNormalization> type : List.of(BatchNormalization.class, BetaOnlyBatchNormalization.class,
        PartialBatchNormalization.class, FrozenBatchNormalization.class)) {
      put(table, type, Layers::batchNorm);
    }
    put(table, DenseLayer.class, (site, dense) -> {
      if (dense.hasLayerNorm()) {
        throw site.unsupported("a dense layer with layer normalisation");
      }
      return dense(site, dense.getNOut(), dense.hasBias(), dense.getActivationFn());
    });
    put(table, OutputLayer.class, (site, dense) ->
        dense(site, dense.getNOut(), dense.hasBias(), dense.getActivationFn()));
    put(table, SubsamplingLayer.class, Layers::pool);
    put(table, GlobalPoolingLayer.class, Layers::globalPool);
    put(table, ActivationLayer.class, (site, layer) -> activation(site, layer.getActivationFn()));
    put(table, PureActivation.class, (site, layer) -> activation(site, layer.getActivationFn()));
    put(table, LossLayer.class, (site, layer) -> activation(site, layer.getActivationFn()));
    put(table, PixelLoss.class, (site, layer) -> Activations.apply(site, layer.getActivationFn(), site.input(),
        layer.getFormat() == CNN2DFormat.NCHW ? 1 : -1));
    put(table, FeatureOutput.class, (site, layer) -> site.input());
    put(table, DropoutLayer.class, (site, layer) -> site.input());
    put(table, PureDropout.class, (site, layer) -> site.input());
    return table;
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

  /** DL4J's softmax runs along the channels of images [N, C, H, W], and along the last axis of all else. */
  private static Signal activation(Site site, IActivation activation) {
    return Activations.apply(site, activation, site.input(), 1);
  }

  private static Signal convolution(Site site, ConvolutionLayer layer) {
    Signal x = site.images(layer.getCnn2dDataFormat());
    Window window = window(site, layer.getKernelSize(), layer.getStride(), layer.getPadding(), layer.getDilation(),
        layer.getConvolutionMode());
    Constant bias = layer.hasBias() ? site.parameter("b") : null;
    int groups = layer instanceof GroupedConvolution grouped ? grouped.getGroups() : 1;
    Value convolved = site.add(output -> new Convolution(x.value(), output, site.parameter("W"), bias,
        layer.getNOut(), groups, window, null, List.of()));
    return Activations.apply(site, layer.getActivationFn(), x.with(convolved), 1);
  }

  static Window window(Site site, int[] kernel, int[] stride, int[] padding, int[] dilation, ConvolutionMode mode) {
    return switch (mode) {
      case Same -> {
        // DL4J's padding is negative then for some sizes: it refuses a convolution, and a pool leaves first pixels out.
        if (IntStream.range(0, 2).anyMatch(side -> stride[side] - (kernel[side] - 1) * dilation[side] > 2)) {
          throw site.unsupported("convolution mode Same with a stride so much larger than the window");
        }
        yield new Window(kernel, stride, dilation, true, new int[2], new int[2]);
      }
      case Truncate, Strict -> new Window(kernel, stride, dilation, false, padding, padding);
      default -> throw site.unsupported("convolution mode " + mode);
    };
  }

  private static Signal pool(Site site, SubsamplingLayer layer) {
    Signal x = site.images(layer.getCnn2dDataFormat());
    Window window = window(site, layer.getKernelSize(), layer.getStride(), layer.getPadding(), layer.getDilation(),
        layer.getConvolutionMode());
    Pool.Kind kind = switch (layer.getPoolingType()) {
      case MAX -> Pool.Kind.MAXIMUM;
      case AVG -> layer.isAvgPoolIncludePadInDivisor() ? Pool.Kind.AVERAGE_WITH_PADDING : Pool.Kind.AVERAGE;
      default -> throw site.unsupported("pooling type " + layer.getPoolingType());
    };
    return x.with(site.add(output -> new Pool(kind, x.value(), output, window)));
  }

  private static Signal globalPool(Site site, GlobalPoolingLayer layer) {
    Reduction.Kind kind = switch (layer.getPoolingType()) {
      case AVG -> Reduction.Kind.MEAN;
      case MAX -> Reduction.Kind.MAXIMUM;
      case SUM -> Reduction.Kind.SUM;
      default -> throw site.unsupported("pooling type " + layer.getPoolingType());
    };
    int[] axes = layer.getPoolingDimensions();
    if (axes == null) {
      throw site.unsupported("a global pool without its axes");
    }
    Signal x = site.input();
    List<Integer> places = IntStream.of(axes).mapToObj(x::axis).toList();
    boolean ordered = x.order() == null || x.order().equals(org.resnet4j.engine.node.Permute.TO_CHANNELS_FIRST);
    if (!ordered || !layer.isCollapseDimensions()) {
      throw site.unsupported("a global pool that keeps its axes");
    }
    // The axes that remain (examples and channels) stand in DL4J's order.
    return new Signal(site.add(output -> new Reduction(kind, x.value(), output, places, false)));
  }

  private static Signal dense(Site site, long features, boolean bias, IActivation activation) {
    Value x = site.asIs(site.input());
    Constant weight = site.parameter("W", "W", array -> array.transpose());
    Value product = site.add(output ->
        new Dense(x, output, weight, bias ? site.parameter("b") : null, features, List.of()));
    return Activations.apply(site, activation, new Signal(product), 1);
  }

  private static Signal batchNorm(Site site, BatchNormalization layer) {
    Signal x = site.input();
    int axis = layer.getCnn2DFormat() == CNN2DFormat.NHWC ? -1 : 1;
    if (axis == -1 && x.order() == null) {
      // Images of either layout or vectors: it shows with the input's rank.
      x = new Signal(site.asIs(x));
    }
    int place = axis == -1 && x.order() != null ? x.axis(x.order().size() - 1) : x.axis(axis);
    int channels = Math.toIntExact(layer.getNOut());
    boolean fixed = layer.isLockGammaBeta();
    Constant scale = site.computed("scale", channels, () -> scale(site, layer, channels));
    Constant shift = site.computed("shift", channels, () -> {
      float[] factor = scale(site, layer, channels);
      float[] mean = site.floats(BatchNormalizationParamInitializer.GLOBAL_MEAN);
      float[] beta = fixed ? filled(channels, layer.getBeta()) : site.floats(BatchNormalizationParamInitializer.BETA);
      for (int i = 0; i < channels; i++) {
        beta[i] -= mean[i] * factor[i];
      }
      return beta;
    });
    Signal from = x;
    return from.with(site.add(output -> new Affine(from.value(), output, scale, shift, place, List.of())));
  }

  private static float[] scale(Site site, BatchNormalization layer, int channels) {
    float[] gamma = layer.isLockGammaBeta() ? filled(channels, layer.getGamma())
        : site.floats(BatchNormalizationParamInitializer.GAMMA);
    float[] spread = site.floats(layer.isUseLogStd() ? BatchNormalizationParamInitializer.GLOBAL_LOG_STD
        : BatchNormalizationParamInitializer.GLOBAL_VAR);
    for (int i = 0; i < channels; i++) {
      double variance = layer.isUseLogStd() ? Math.pow(10, 2.0 * spread[i]) : spread[i];
      gamma[i] = (float) (gamma[i] / Math.sqrt(variance + layer.getEps()));
    }
    return gamma;
  }

  private static float[] filled(int count, double value) {
    float[] values = new float[count];
    Arrays.fill(values, (float) value);
    return values;
  }
}
