package org.resnet4j.engine.lower;

import static org.bytedeco.dnnl.global.dnnl.algorithm.eltwise_abs;
import static org.bytedeco.dnnl.global.dnnl.algorithm.eltwise_pow;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DepthwiseConvolution2D;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.SeparableConvolution2D;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.params.SeparableConvolutionParamInitializer;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.resnet4j.engine.node.Borders;
import org.resnet4j.engine.node.Convolution;
import org.resnet4j.engine.node.Eltwise;
import org.resnet4j.engine.node.Pool;
import org.resnet4j.engine.node.Reduction;
import org.resnet4j.engine.node.Widen;
import org.resnet4j.engine.node.Window;
import org.resnet4j.engine.plan.Constant;
import org.resnet4j.engine.plan.Value;
import org.resnet4j.zoo.layer.GroupedConvolution;
import org.resnet4j.zoo.layer.ZeroPadShortcut;

/** Layers that look at an image's neighbouring pixels, and those that change its borders. */
final class Windows {
  private static final int PIXELS = 2;

  private Windows() {}

  static Signal convolution(Site site, ConvolutionLayer layer) {
    int groups = layer instanceof GroupedConvolution grouped ? grouped.getGroups() : 1;
    return convolution(site, layer, site.parameter("W"), groups);
  }

  /** Every input channel's outputs stand together. */
  static Signal depthwise(Site site, DepthwiseConvolution2D layer) {
    Constant weight = site.parameter("W", "W", array -> array.permute(2, 3, 0, 1));
    return convolution(site, layer, weight, Math.toIntExact(layer.getNIn()));
  }

  private static Signal convolution(Site site, ConvolutionLayer layer, Constant weight, int groups) {
    Signal x = site.images(layer.getCnn2dDataFormat());
    Constant bias = layer.hasBias() ? site.parameter("b") : null;
    Value convolved = site.add(output -> new Convolution(x.value(), output, weight, bias, layer.getNOut(), groups,
        window(site, layer), null, List.of()));
    return Activations.apply(site, layer.getActivationFn(), x.with(convolved), -1);
  }

  /** A convolution of each channel by itself, then one of single pixels. */
  static Signal separable(Site site, SeparableConvolution2D layer) {
    Signal x = site.images(layer.getCnn2dDataFormat());
    int in = Math.toIntExact(layer.getNIn());
    // [multiplier, channels, height, width] to channels first, whose outputs then stand together.
    Constant depth = site.parameter("depthwise", SeparableConvolutionParamInitializer.DEPTH_WISE_WEIGHT_KEY,
        (INDArray array) -> array.permute(1, 0, 2, 3));
    Value between = site.add(output -> new Convolution(x.value(), output, depth, null,
        (long) in * layer.getDepthMultiplier(), in, window(site, layer), null, List.of()));
    int[] one = {1, 1};
    Window pixel = new Window(one, one, one, Window.Border.CUT, new int[2], new int[2]);
    Constant bias = layer.hasBias() ? site.parameter("b") : null;
    Constant point = site.parameter(SeparableConvolutionParamInitializer.POINT_WISE_WEIGHT_KEY);
    Value convolved = site.add(output -> new Convolution(between, output, point, bias, layer.getNOut(), 1, pixel, null,
        List.of()));
    return Activations.apply(site, layer.getActivationFn(), x.with(convolved), -1);
  }

  private static Window window(Site site, ConvolutionLayer layer) {
    return window(site, layer.getKernelSize(), layer.getStride(), layer.getPadding(), layer.getDilation(),
        layer.getConvolutionMode());
  }

  private static Window window(Site site, int[] kernel, int[] stride, int[] padding, int[] dilation,
      ConvolutionMode mode) {
    return switch (mode) {
      case Same -> new Window(kernel, stride, dilation, Window.Border.SAME, new int[2], new int[2]);
      case Truncate -> new Window(kernel, stride, dilation, Window.Border.CUT, padding, padding);
      case Strict -> new Window(kernel, stride, dilation, Window.Border.EXACT, padding, padding);
      default -> throw site.unsupported("convolution mode " + mode);
    };
  }

  static Signal pool(Site site, SubsamplingLayer layer) {
    Signal x = site.images(layer.getCnn2dDataFormat());
    // Only when a graph is built is a pool strict.
    ConvolutionMode mode = layer.getConvolutionMode() == ConvolutionMode.Strict ? ConvolutionMode.Truncate
        : layer.getConvolutionMode();
    Window window = window(site, layer.getKernelSize(), layer.getStride(), layer.getPadding(), layer.getDilation(),
        mode);
    return switch (layer.getPoolingType()) {
      case MAX -> pooled(site, x, Pool.Kind.MAXIMUM, window);
      case AVG -> pooled(site, x, layer.isAvgPoolIncludePadInDivisor() ? Pool.Kind.AVERAGE_WITH_PADDING
          : Pool.Kind.AVERAGE, window);
      case PNORM -> {
        int p = layer.getPnorm();
        Signal mean = pooled(site, powers(site, x, p), Pool.Kind.AVERAGE_WITH_PADDING, window);
        int[] kernel = layer.getKernelSize();
        yield site.elementwise(mean, Eltwise.linear((double) kernel[0] * kernel[1], 0), power(1. / p));
      }
      default -> throw site.unsupported("pooling type " + layer.getPoolingType());
    };
  }

  private static Signal pooled(Site site, Signal x, Pool.Kind kind, Window window) {
    return x.with(site.add(output -> new Pool(kind, x.value(), output, window)));
  }

  private static Signal powers(Site site, Signal x, int p) {
    return site.elementwise(x, new Eltwise(eltwise_abs, 0, 0), power(p));
  }

  private static Eltwise power(double exponent) {
    return new Eltwise(eltwise_pow, 1, (float) exponent);
  }

  static Signal globalPool(Site site, GlobalPoolingLayer layer) {
    boolean norm = layer.getPoolingType() == PoolingType.PNORM;
    Reduction.Kind kind = switch (layer.getPoolingType()) {
      case AVG -> Reduction.Kind.MEAN;
      case MAX -> Reduction.Kind.MAXIMUM;
      case SUM, PNORM -> Reduction.Kind.SUM;
    };
    Signal x = norm ? powers(site, site.input(), layer.getPnorm()) : site.input();
    int[] given = layer.getPoolingDimensions();
    boolean pixels = given == null || Arrays.equals(given, new int[] {PIXELS})
        || Arrays.equals(given, new int[] {PIXELS, PIXELS + 1});
    boolean keep = !layer.isCollapseDimensions();
    if (keep && !pixels) {
      // DL4J takes the second axis for the one that stays.
      throw site.unsupported("a global pool along axes " + Arrays.toString(given) + " that keeps its axes");
    }
    // Without axes all behind the second are meant, which are as many as the input has.
    List<Integer> gone = given != null ? IntStream.of(given).boxed().toList()
        : x.order() == null ? List.of() : IntStream.range(PIXELS, x.order().size()).boxed().toList();
    Value reduced = site.add(output ->
        new Reduction(kind, x.value(), output, gone.stream().map(x::axis).toList(), keep));
    Signal y = keep || x.order() == null ? x.with(reduced) : new Signal(reduced, kept(x.order(), gone));
    return norm ? site.elementwise(y, power(1. / layer.getPnorm())) : y;
  }

  /** The order of the axes that stay. */
  private static List<Integer> kept(List<Integer> order, List<Integer> gone) {
    List<Integer> kept = order.stream().filter(axis -> !gone.contains(axis)).toList();
    List<Integer> sorted = kept.stream().sorted().toList();
    return kept.stream().map(sorted::indexOf).toList();
  }

  /** @param borders to add at (negative: to cut off) top, bottom, left and right of images [N, C, H, W] */
  static Signal bordered(Site site, Signal x, int... borders) {
    return x.with(site.add(output -> new Borders(x.value(), output, List.of(0, 0, borders[0], borders[2]),
        List.of(0, 0, borders[1], borders[3]))));
  }

  /** @param borders to cut off at top, bottom, left and right */
  static Signal cropped(Site site, Signal x, int... borders) {
    return bordered(site, x, IntStream.of(borders).map(border -> -border).toArray());
  }

  static Signal zeroPadShortcut(Site site, ZeroPadShortcut layer) {
    Signal x = site.images(layer.getDataFormat());
    int[] one = {1, 1};
    int[] stride = {layer.getStride(), layer.getStride()};
    // The average of one pixel is that pixel.
    Signal pixels = layer.getStride() == 1 ? x : pooled(site, x, Pool.Kind.AVERAGE,
        new Window(one, stride, one, Window.Border.CUT, new int[2], new int[2]));
    return x.with(site.add(output -> new Widen(pixels.value(), output, layer.getChannels())));
  }
}
