package org.resnet4j.engine.parity;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
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
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.activations.impl.ActivationSoftmax;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;
import org.resnet4j.engine.parity.Assembly.Made;
import org.resnet4j.engine.parity.Step.Sliding;
import org.resnet4j.zoo.layer.AxisSoftmax;
import org.resnet4j.zoo.layer.BetaOnlyBatchNormalization;
import org.resnet4j.zoo.layer.DilatedConvolution;
import org.resnet4j.zoo.layer.FrozenBatchNormalization;
import org.resnet4j.zoo.layer.GroupNormalization;
import org.resnet4j.zoo.layer.GroupedConvolution;
import org.resnet4j.zoo.layer.ParametricRelu;
import org.resnet4j.zoo.layer.PartialBatchNormalization;
import org.resnet4j.zoo.layer.PixelLoss;
import org.resnet4j.zoo.layer.PureActivation;
import org.resnet4j.zoo.layer.ZeroPadShortcut;

/** Layers: convolutions, norms, activations, pools and what ends a network. */
final class LayerSteps {
  private LayerSteps() {}

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
        int height = window.kernel().height();
        int width = window.kernel().width();
        ConvolutionLayer.Builder layer = split > 1 ? new GroupedConvolution.Builder(split, height, width)
            : kind == Convolver.DILATED ? new DilatedConvolution.Builder(height, width)
            : new ConvolutionLayer.Builder(height, width);
        layer.stride(window.stride().array()).padding(window.padding().array()).dilation(window.dilation().array())
            .convolutionMode(window.mode()).nOut(out).hasBias(bias).activation(activation).dataFormat(assembly.format);
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

  /** A pool. */
  record Pool(int from, PoolingType type, Sliding sliding, boolean countPadding) implements Step {
    @Override
    public void addTo(Assembly assembly) {
      assembly.image(from).ifPresent(image -> {
        Sliding window = sliding.onPixels(image).within(image);
        assembly.layer("pool " + type + " " + window + (countPadding ? " padding counts" : ""),
            new SubsamplingLayer.Builder(type).kernelSize(window.kernel().array()).stride(window.stride().array())
                .padding(window.padding().array()).dilation(window.dilation().array()).convolutionMode(window.mode())
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
      assembly.find(from, x -> !x.image()).ifPresent(x -> {
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

  /** A normalisation within groups of channels. */
  record GroupNorm(int from, int groups) implements Step {
    @Override
    public void addTo(Assembly assembly) {
      assembly.image(from).ifPresent(x -> {
        int count = IntStream.rangeClosed(1, groups).filter(some -> x.channels() % some == 0).max().orElse(1);
        assembly.layer("group norm " + count, new GroupNormalization.Builder(count).build(), x, x);
      });
    }
  }

  /** Option A's shortcut. */
  record Shortcut(int from, int stride, int more) implements Step {
    @Override
    public void addTo(Assembly assembly) {
      assembly.image(from).ifPresent(x -> assembly.layer("shortcut, stride " + stride,
          new ZeroPadShortcut(x.channels() + more, stride), x, x.as(x.channels() + more,
              (x.height() + stride - 1) / stride, (x.width() + stride - 1) / stride)));
    }
  }

  /** A rectifier whose slopes are parameters, one for each place on the axes that aren't shared. */
  record Prelu(int from, List<Boolean> shared) implements Step {
    @Override
    public void addTo(Assembly assembly) {
      assembly.find(from, any -> true).ifPresent(x -> {
        int[] sizes = assembly.sizes(x);
        long[] shape = IntStream.range(0, sizes.length).mapToLong(axis -> shared.get(axis) ? 1 : sizes[axis]).toArray();
        assembly.layer("prelu " + Arrays.toString(shape), new ParametricRelu(shape), x, x);
      });
    }
  }

  /** Softmax along any axis. */
  record Soften(int from, int axis, boolean logarithm) implements Step {
    @Override
    public void addTo(Assembly assembly) {
      assembly.find(from, any -> true).ifPresent(x -> {
        AxisSoftmax softmax = new AxisSoftmax(x.image() ? axis : 1, logarithm);
        assembly.layer("activation " + softmax, new PureActivation(softmax), x, x);
      });
    }
  }

  /** The end of a net that tells each pixel's class. */
  record PixelEnd(int from) implements Step {
    @Override
    public void addTo(Assembly assembly) {
      assembly.image(from).ifPresent(x -> assembly.layer("pixel loss softmax", new PixelLoss(new LossMCXENT(),
          new ActivationSoftmax(), x.channels(), assembly.format), x, x));
    }
  }
}
