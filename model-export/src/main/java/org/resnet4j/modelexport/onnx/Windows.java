package org.resnet4j.modelexport.onnx;

import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.layers.ZeroPaddingLayer;
import org.resnet4j.zoo.layer.GroupedConvolution;
import org.resnet4j.zoo.layer.ZeroPadShortcut;

/** Layers that look at an image's neighbouring pixels, and those that change its borders. */
final class Windows {
  private static final int ROWS = 2;

  private Windows() {}

  static Value convolution(Site site, ConvolutionLayer layer) {
    Value x = site.images(layer.getCnn2dDataFormat());
    String weight = site.constant("weight", site.parameter("W"));
    Draft.Node node = layer.hasBias()
        ? site.draft().node("Conv", x.name(), weight,
            site.constant("bias", site.parameter("b").dup('c').reshape(layer.getNOut())))
        : site.draft().node("Conv", x.name(), weight);
    Window window = new Window(layer.getKernelSize(), layer.getStride(), layer.getPadding(), layer.getDilation(),
        layer.getConvolutionMode());
    window.describe(site, node, x).longs("dilations", layer.getDilation())
        .number("group", layer instanceof GroupedConvolution grouped ? grouped.getGroups() : 1);
    return site.end(node, x.withSizes(1, window.sizes(x, layer.getNOut())), x.order(), layer.getActivationFn());
  }

  static Value pool(Site site, SubsamplingLayer layer) {
    Value x = site.images(layer.getCnn2dDataFormat());
    site.draft().keepZeros(x.name());
    Window window = new Window(layer.getKernelSize(), layer.getStride(), layer.getPadding(), layer.getDilation(),
        layer.getConvolutionMode());
    boolean dilated = IntStream.of(layer.getDilation()).anyMatch(dilation -> dilation != 1);
    Draft.Node node = switch (layer.getPoolingType()) {
      case MAX -> site.draft().node("MaxPool", x.name()).longs("dilations", layer.getDilation());
      case AVG -> {
        if (dilated) {
          throw site.unsupported("an average pool without dilation", "one with it");
        }
        yield site.draft().node("AveragePool", x.name())
            .number("count_include_pad", layer.isAvgPoolIncludePadInDivisor() ? 1 : 0);
      }
      default -> throw site.unsupported("a maximum or average pool", layer.getPoolingType().toString());
    };
    return site.end(window.describe(site, node, x), x.withSizes(1, window.sizes(x, x.size(1))), x.order());
  }

  /** A window that moves over an image; each array is [height, width]. */
  private record Window(int[] kernel, int[] stride, int[] padding, int[] dilation, ConvolutionMode mode) {
    Draft.Node describe(Site site, Draft.Node node, Value images) {
      node.longs("kernel_shape", kernel).longs("strides", stride);
      return switch (mode) {
        // ONNX Runtime refuses SAME_UPPER with dilation.
        case Same -> IntStream.of(dilation).allMatch(step -> step == 1) ? node.text("auto_pad", "SAME_UPPER")
            : sides(node, missing(site, images, 0), missing(site, images, 1));
        case Truncate, Strict -> node.longs("pads", padding[0], padding[1], padding[0], padding[1]);
        default -> throw site.unsupported("the convolution modes Same, Truncate and Strict", mode.toString());
      };
    }

    private static Draft.Node sides(Draft.Node node, long rows, long columns) {
      return node.longs("pads", rows / 2, columns / 2, rows - rows / 2, columns - columns / 2);
    }

    /** How many pixels a side lacks. */
    private long missing(Site site, Value images, int side) {
      long old = images.size(ROWS + side);
      if (old == Value.ANY && stride[side] != 1) {
        throw site.unsupported("images of known size", "an input of shape " + images.shape());
      }
      long rest = stride[side] == 1 ? 0 : (old - 1) % stride[side];
      return Math.max((kernel[side] - 1L) * dilation[side] - rest, 0);
    }

    /** Channels, rows and columns of the output. */
    long[] sizes(Value images, long channels) {
      return new long[] {channels, size(images.size(ROWS), 0), size(images.size(ROWS + 1), 1)};
    }

    private long size(long old, int side) {
      if (old == Value.ANY) {
        return old;
      }
      int extent = (kernel[side] - 1) * dilation[side] + 1;
      return mode == ConvolutionMode.Same ? (old + stride[side] - 1) / stride[side]
          : (old + 2L * padding[side] - extent) / stride[side] + 1;
    }
  }

  static Value globalPool(Site site, GlobalPoolingLayer layer) {
    Value x = site.input();
    int[] standard = x.rank() == 4 ? new int[] {2, 3} : new int[] {2};
    List<Integer> pooled = IntStream.of(layer.getPoolingDimensions() == null ? standard : layer.getPoolingDimensions())
        .boxed().toList();
    if (x.rank() < 3 || !layer.isCollapseDimensions()) {
      throw site.unsupported("a pool of images or sequences to vectors", "an array of shape " + x.shape()
          + (layer.isCollapseDimensions() ? "" : " to keep its axes"));
    }
    String operator = switch (layer.getPoolingType()) {
      case AVG -> "ReduceMean";
      case MAX -> "ReduceMax";
      default -> throw site.unsupported("a maximum or average pool", layer.getPoolingType().toString());
    };
    Draft.Node node = site.draft().node(operator, x.name())
        .longs("axes", pooled.stream().mapToInt(x::axis).sorted().toArray()).number("keepdims", 0);
    List<Integer> kept = Value.inOrder(x.rank()).stream().filter(axis -> !pooled.contains(axis)).toList();
    return site.end(node, kept.stream().map(x.shape()::get).toList(),
        x.order().stream().filter(kept::contains).map(kept::indexOf).toList());
  }

  static Value zeroPadding(Site site, ZeroPaddingLayer layer) {
    return bordered(site, site.images(layer.getDataFormat()), layer.getPadding());
  }

  /** @param borders to add at (negative: to cut off) top, bottom, left and right of images [N, C, H, W] */
  static Value bordered(Site site, Value x, int... borders) {
    long[] sides = IntStream.of(borders).asLongStream().toArray();
    return site.end(site.padded(x, ROWS, sides), x.withSizes(ROWS, grown(x.size(ROWS), borders[0] + borders[1]),
        grown(x.size(ROWS + 1), borders[2] + borders[3])), x.order());
  }

  private static long grown(long size, long by) {
    return size == Value.ANY ? size : size + by;
  }

  static Value zeroPadShortcut(Site site, ZeroPadShortcut layer) {
    Value x = site.images(layer.getDataFormat());
    if (x.size(1) == Value.ANY) {
      throw site.unsupported("a known number of channels", "an input of shape " + x.shape());
    }
    int stride = layer.getStride();
    Draft draft = site.draft();
    String strided = stride == 1 ? x.name() : draft.node("Slice", x.name(),
        draft.constant(site.part("starts"), 0, 0),
        draft.constant(site.part("ends"), Long.MAX_VALUE, Long.MAX_VALUE),
        draft.constant(site.part("axes"), ROWS, ROWS + 1),
        draft.constant(site.part("steps"), stride, stride)).add(site.part("strided"));
    long[] sizes = LongStream.of(x.size(ROWS), x.size(ROWS + 1))
        .map(size -> size == Value.ANY ? size : (size + stride - 1) / stride).toArray();
    Value pixels = new Value(strided, x.withSizes(ROWS, sizes), x.order());
    long added = layer.getChannels() - x.size(1);
    return site.end(site.padded(pixels, 1, added / 2, added - added / 2), pixels.withSizes(1, layer.getChannels()),
        x.order());
  }
}
