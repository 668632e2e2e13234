package org.resnet4j.engine.parity;

import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.activations.impl.ActivationSoftmax;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.resnet4j.engine.parity.Assembly.Made;
import org.resnet4j.zoo.layer.BetaOnlyBatchNormalization;
import org.resnet4j.zoo.layer.BroadcastMerge;
import org.resnet4j.zoo.layer.Concatenation;
import org.resnet4j.zoo.layer.DilatedConvolution;
import org.resnet4j.zoo.layer.FrozenBatchNormalization;
import org.resnet4j.zoo.layer.GroupedConvolution;
import org.resnet4j.zoo.layer.PartialBatchNormalization;
import org.resnet4j.zoo.layer.PureActivation;

/**
 * One thing that is added to a random graph; nothing, where the graph holds no array that it goes with. {@code from}
 * says which array it reads: the last that goes with it, the last but one, and so on.
 */
sealed interface Step permits Step.Convolve, Step.Norm, Step.Activate, Step.Merge, Step.Join, Step.Pool, Step.GlobalPool,
    Step.Flat, Step.Drop, Step.Unit, Step.End, Other {

  void addTo(Assembly assembly);

  /** Height and width. */
  record Pair(int height, int width) {
    int[] array() {
      return new int[] {height, width};
    }

    @Override
    public String toString() {
      return height + "x" + width;
    }
  }

  /** A window's measures, of which an image may be too small for some. */
  record Sliding(Pair kernel, Pair stride, Pair padding, Pair dilation, ConvolutionMode mode) {
    /** As much of it as an image has room for, and a stride for which DL4J's padding isn't negative. */
    Sliding within(Made image) {
      boolean same = mode == ConvolutionMode.Same;
      Pair pad = same ? new Pair(0, 0) : padding;
      Pair spread = new Pair(kernel.height == 1 ? 1 : dilation.height, kernel.width == 1 ? 1 : dilation.width);
      return new Sliding(
          same ? kernel : new Pair(fitting(kernel.height, spread.height, image.height() + 2 * pad.height),
              fitting(kernel.width, spread.width, image.width() + 2 * pad.width)),
          same ? new Pair(Math.min(stride.height, (kernel.height - 1) * spread.height + 2),
              Math.min(stride.width, (kernel.width - 1) * spread.width + 2)) : stride, pad, spread, mode);
    }

    private static int fitting(int kernel, int dilation, int room) {
      int fits = kernel;
      while ((fits - 1) * dilation + 1 > room) {
        fits--;
      }
      return fits;
    }

    /** With a pixel in every window: one of padding alone has no maximum. */
    Sliding onPixels(Made image) {
      Pair near = (kernel.height - 1) * dilation.height < image.height()
          && (kernel.width - 1) * dilation.width < image.width() ? dilation : new Pair(1, 1);
      return new Sliding(kernel, stride, new Pair(Math.min(padding.height, kernel.height - 1),
          Math.min(padding.width, kernel.width - 1)), near, mode);
    }

    Made on(Made image, int channels) {
      return image.as(channels, side(image.height(), kernel.height, stride.height, padding.height, dilation.height),
          side(image.width(), kernel.width, stride.width, padding.width, dilation.width));
    }

    private int side(int size, int kernel, int stride, int padding, int dilation) {
      return mode == ConvolutionMode.Same ? (size + stride - 1) / stride
          : (size + 2 * padding - (kernel - 1) * dilation - 1) / stride + 1;
    }

    @Override
    public String toString() {
      return kernel + " stride " + stride + " dilation " + dilation + (mode == ConvolutionMode.Same ? " same"
          : " padding " + padding);
    }
  }

  /** Which of the layers that compute a convolution. */
  enum Convolver { PLAIN, DILATED, GROUPED, DEPTHWISE }

  /** A convolution. */
  record Convolve(int from, Convolver kind, Sliding sliding, int channels, int groups, boolean bias,
      IActivation activation) implements Step {
    @Override
    public void addTo(Assembly assembly) {
      assembly.image(from).ifPresent(image -> {
        Sliding window = sliding.within(image);
        int split = kind == Convolver.DEPTHWISE ? image.channels() : kind == Convolver.GROUPED
            ? IntStream.rangeClosed(1, groups).filter(count -> image.channels() % count == 0).max().orElse(1) : 1;
        int out = (channels + split - 1) / split * split;
        int height = window.kernel.height;
        int width = window.kernel.width;
        ConvolutionLayer.Builder layer = split > 1 ? new GroupedConvolution.Builder(split, height, width)
            : kind == Convolver.DILATED ? new DilatedConvolution.Builder(height, width)
            : new ConvolutionLayer.Builder(height, width);
        layer.stride(window.stride.array()).padding(window.padding.array()).dilation(window.dilation.array())
            .convolutionMode(window.mode).nOut(out).hasBias(bias).activation(activation).dataFormat(assembly.format);
        assembly.layer("convolution %s groups %d%s %s".formatted(window, split, bias ? " bias" : "", activation),
            layer.build(), image, window.on(image, out));
      });
    }
  }

  /** A normalisation by running statistics. */
  record Norm(int from, Kind kind) implements Step {
    /** Which layer, and how it is set. */
    enum Kind { PLAIN, LOCKED, LOGARITHM, BETA_ONLY, PARTIAL, FROZEN }

    @Override
    public void addTo(Assembly assembly) {
      assembly.find(from, any -> true).ifPresent(x -> {
        BatchNormalization layer = switch (kind) {
          case PLAIN, LOGARITHM -> new BatchNormalization();
          case LOCKED -> new BatchNormalization.Builder(true).gamma(0.7).beta(0.2).build();
          case BETA_ONLY -> new BetaOnlyBatchNormalization(0.9, 1e-3);
          case PARTIAL -> new PartialBatchNormalization(false, true, true);
          case FROZEN -> new FrozenBatchNormalization();
        };
        layer.setUseLogStd(kind == Kind.LOGARITHM);
        layer.setCnn2DFormat(assembly.format);
        assembly.layer("norm " + kind, layer, x, x);
      });
    }
  }

  /** A function of each element. */
  record Activate(int from, boolean pure, IActivation activation) implements Step {
    @Override
    public void addTo(Assembly assembly) {
      assembly.find(from, any -> true).ifPresent(x ->
          assembly.layer((pure ? "pure " : "") + "activation " + activation,
              pure ? new PureActivation(activation) : new ActivationLayer(activation), x, x));
    }
  }

  /** Arrays of one shape combined by element. */
  record Merge(int from, List<Integer> others, boolean broadcast, BroadcastMerge.Kind kind) implements Step {
    @Override
    public void addTo(Assembly assembly) {
      assembly.find(from, any -> true).ifPresent(x -> {
        boolean two = kind == BroadcastMerge.Kind.SUBTRACT || kind == BroadcastMerge.Kind.DIVIDE;
        List<Made> inputs = Stream.concat(Stream.of(x), others.stream().limit(two ? 1 : others.size())
            .map(back -> assembly.find(back, x::sameShape).orElse(x))).toList();
        Optional<ElementWiseVertex.Op> op = operation();
        if (kind == BroadcastMerge.Kind.DIVIDE) {
          // By numbers that aren't near zero.
          Made divisor = assembly.layer("activation sigmoid",
              new PureActivation(Activation.SIGMOID.getActivationFunction()), inputs.get(1), x);
          assembly.vertex("broadcast DIVIDE", new BroadcastMerge(kind), List.of(x, divisor), x);
        } else if (op.isEmpty() || broadcast) {
          assembly.vertex("broadcast " + kind, new BroadcastMerge(kind), inputs, x);
        } else {
          assembly.vertex("element-wise " + kind, new ElementWiseVertex(op.get()), inputs, x);
        }
      });
    }

    private Optional<ElementWiseVertex.Op> operation() {
      return switch (kind) {
        case ADD -> Optional.of(ElementWiseVertex.Op.Add);
        case SUBTRACT -> Optional.of(ElementWiseVertex.Op.Subtract);
        case MULTIPLY -> Optional.of(ElementWiseVertex.Op.Product);
        case AVERAGE -> Optional.of(ElementWiseVertex.Op.Average);
        case MAXIMUM -> Optional.of(ElementWiseVertex.Op.Max);
        case DIVIDE, MINIMUM -> Optional.empty();
      };
    }
  }

  /** Arrays behind each other along the channels. */
  record Join(int from, List<Integer> others, boolean concatenation) implements Step {
    private static final int MOST_CHANNELS = 100;

    @Override
    public void addTo(Assembly assembly) {
      assembly.find(from, x -> x.channels() < MOST_CHANNELS).ifPresent(x -> {
        List<Made> inputs = Stream.concat(Stream.of(x), others.stream()
            .map(back -> assembly.find(back, other -> other.channels() < MOST_CHANNELS && x.beside(other)).orElse(x)))
            .toList();
        int channels = inputs.stream().mapToInt(Made::channels).sum();
        int axis = x.image() && assembly.format == CNN2DFormat.NHWC ? 3 : 1;
        assembly.vertex(concatenation ? "concatenation" : "merge",
            concatenation ? new Concatenation(axis) : new MergeVertex(), inputs,
            x.as(channels, x.height(), x.width()));
      });
    }
  }

  /** A pool. */
  record Pool(int from, PoolingType type, Sliding sliding, boolean countPadding) implements Step {
    @Override
    public void addTo(Assembly assembly) {
      assembly.image(from).ifPresent(image -> {
        Sliding window = sliding.onPixels(image).within(image);
        assembly.layer("pool " + type + " " + window + (countPadding ? " padding counts" : ""),
            new SubsamplingLayer.Builder(type).kernelSize(window.kernel.array()).stride(window.stride.array())
                .padding(window.padding.array()).dilation(window.dilation.array()).convolutionMode(window.mode)
                .avgPoolIncludePadInDivisor(countPadding).dataFormat(assembly.format).build(),
            image, window.on(image, image.channels()));
      });
    }
  }

  /** A pool over whole images. */
  record GlobalPool(int from, PoolingType type) implements Step {
    @Override
    public void addTo(Assembly assembly) {
      assembly.image(from).ifPresent(image -> assembly.layer("global pool " + type,
          new GlobalPoolingLayer.Builder(type).build(), image, image.vectors(image.channels())));
    }
  }

  /** A dense layer, of images flattened by DL4J's preprocessor. */
  record Flat(int from, int features, boolean bias, IActivation activation) implements Step {
    @Override
    public void addTo(Assembly assembly) {
      assembly.find(from, any -> true).ifPresent(x -> assembly.layer("dense" + (bias ? " bias " : " ") + activation,
          new DenseLayer.Builder().nOut(features).hasBias(bias).activation(activation).build(), x,
          x.vectors(features)));
    }
  }

  /** Dropout, which inference has none of. */
  record Drop(int from) implements Step {
    @Override
    public void addTo(Assembly assembly) {
      assembly.find(from, any -> true).ifPresent(x -> assembly.layer("dropout", new DropoutLayer(0.5), x, x));
    }
  }

  /** A residual unit: what fusion and sums in place are for. */
  record Unit(int from, boolean norm, boolean before, IActivation activation) implements Step {
    @Override
    public void addTo(Assembly assembly) {
      assembly.image(from).ifPresent(image -> {
        Made branch = assembly.layer("convolution 3x3 same", new ConvolutionLayer.Builder(3, 3)
            .convolutionMode(ConvolutionMode.Same).nOut(image.channels()).hasBias(!norm)
            .activation(new ActivationIdentity()).dataFormat(assembly.format).build(), image, image);
        if (norm) {
          BatchNormalization layer = new BatchNormalization();
          layer.setCnn2DFormat(assembly.format);
          layer.setUseLogStd(false);
          branch = assembly.layer("norm PLAIN", layer, branch, image);
        }
        Made sum = assembly.vertex("element-wise ADD", new ElementWiseVertex(ElementWiseVertex.Op.Add),
            before ? List.of(image, branch) : List.of(branch, image), image);
        assembly.layer("activation " + activation, new ActivationLayer(activation), sum, image);
      });
    }
  }

  /** What ends a classifier. */
  record End(int from, boolean dense, int classes) implements Step {
    @Override
    public void addTo(Assembly assembly) {
      assembly.find(from, x -> !x.image() && x.channels() > 1).ifPresent(x -> {
        if (dense) {
          assembly.layer("output softmax", new OutputLayer.Builder(LossFunction.MCXENT).nOut(classes)
              .activation(new ActivationSoftmax()).build(), x, x.vectors(classes));
        } else {
          LossLayer layer = new LossLayer.Builder(LossFunction.MCXENT).activation(new ActivationSoftmax()).build();
          // What DL4J tells the layers behind it; it doesn't find that out.
          layer.setNOut(x.channels());
          assembly.layer("loss softmax", layer, x, x);
        }
      });
    }
  }
}
