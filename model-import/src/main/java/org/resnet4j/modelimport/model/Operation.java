package org.resnet4j.modelimport.model;

import java.util.List;

/**
 * What a call computes. Arrays lie as Keras has them: images are [N, H, W, C] or, where {@link DataFormat} says so,
 * [N, C, H, W]. Axes are never negative and count the batch as 0.
 */
public sealed interface Operation {

  /** Where an image's channels are. */
  enum DataFormat { CHANNELS_LAST, CHANNELS_FIRST }

  /** TensorFlow's border rules: SAME pads the odd pixel at the bottom and right, and not at all where it needn't. */
  enum Padding { SAME, VALID }

  /** A size or step along height and width. */
  record Pair(int height, int width) {
    public static final Pair ONE = new Pair(1, 1);
  }

  /** What the three convolutions have in common. */
  record Window(Pair kernel, Pair strides, Pair dilation, Padding padding, DataFormat format) {}

  /** Weights: kernel [kH, kW, in / groups, filters], bias [filters]. */
  record Convolution(int filters, Window window, int groups, boolean bias, Activation activation,
                     Regularization kernelRegularization, Regularization biasRegularization) implements Operation {}

  /** Weights: kernel [kH, kW, in, multiplier], bias [in * multiplier]; output channel in * multiplier + m. */
  record DepthwiseConvolution(int multiplier, Window window, boolean bias, Activation activation,
                              Regularization kernelRegularization, Regularization biasRegularization)
      implements Operation {}

  /** Weights: depthwise kernel [kH, kW, in, multiplier], pointwise [1, 1, in * multiplier, filters], bias [filters]. */
  record SeparableConvolution(int filters, int multiplier, Window window, boolean bias, Activation activation,
                              Regularization depthwiseRegularization, Regularization pointwiseRegularization,
                              Regularization biasRegularization) implements Operation {}

  /** On the last axis, whatever the rank. Weights: kernel [in, units], bias [units]. */
  record Dense(int units, boolean bias, Activation activation, Regularization kernelRegularization,
               Regularization biasRegularization) implements Operation {}

  /**
   * Weights: gamma if {@code scale}, beta if {@code center}, moving_mean, moving_variance, each [size of the axis].
   *
   * @param momentum the part of a running statistic that a step keeps, as DL4J's decay
   */
  record BatchNormalization(int axis, double momentum, double epsilon, boolean center, boolean scale)
      implements Operation {}

  record Activate(Activation activation) implements Operation {}

  /** max(0, x) + alpha * min(0, x); weight: alpha, the input's shape with 1 at each shared axis. */
  record PRelu(List<Integer> sharedAxes) implements Operation {}

  /** Element by element over two inputs or more, with NumPy's broadcasting of the shapes without the batch. */
  record Merge(Kind kind) implements Operation {
    public enum Kind { ADD, SUBTRACT, MULTIPLY, DIVIDE, AVERAGE, MAXIMUM, MINIMUM }
  }

  record Concatenate(int axis) implements Operation {}

  enum Pooling { MAXIMUM, AVERAGE }

  /** An average counts no padding. */
  record Pool(Pooling kind, Pair size, Pair strides, Padding padding, DataFormat format) implements Operation {}

  record GlobalPool(Pooling kind, DataFormat format, boolean keepDimensions) implements Operation {}

  /** Pixels at each border. */
  record Border(int top, int bottom, int left, int right) {}

  record ZeroPadding(Border border, DataFormat format) implements Operation {}

  record Cropping(Border border, DataFormat format) implements Operation {}

  /** How pixels between pixels come about; centres are at half pixels. */
  enum Interpolation { NEAREST, BILINEAR, BICUBIC }

  record UpSampling(Pair factor, Interpolation interpolation, DataFormat format) implements Operation {}

  /** To {@code size}, without antialiasing and without keeping the aspect ratio. */
  record Resize(Pair size, Interpolation interpolation, DataFormat format) implements Operation {}

  /** Channels last in memory, also where the input has them first (Keras transposes them). */
  record Flatten(DataFormat format) implements Operation {}

  /** In row-major order; at most one size is unknown. */
  record Reshape(Shape target) implements Operation {}

  /** Output axis i + 1 is input axis {@code axes[i]}. */
  record Permute(List<Integer> axes) implements Operation {}

  /** x * scale + offset, both broadcast against the input: rescaling, and arithmetic with constants. */
  record Affine(Constant scale, Constant offset) implements Operation {}

  /** @param shape aligned with the input's last axes, without the batch; [] for a scalar */
  record Constant(List<Float> values, Shape shape) {
    public Constant {
      values = List.copyOf(values);
    }

    public static Constant scalar(double value) {
      return new Constant(List.of((float) value), Shape.of());
    }
  }

  /**
   * (x - mean) / max(sqrt(variance), 1e-7) along the axes, by the layer's weights mean and variance (a third, count, is
   * not used); {@code invert} goes the other way.
   */
  record Normalize(List<Integer> axes, boolean invert) implements Operation {}

  /** The positions {@code indices} along an axis, in that order: channel reversal, a part of the channels. */
  record Select(int axis, List<Integer> indices) implements Operation {}

  /** Every {@code step}-th row and column from the first on: {@code x[:, ::2, ::2, :]}. */
  record Subsample(Pair step, DataFormat format) implements Operation {}

  /**
   * Random in training only.
   *
   * @param format where the channels are that {@code SPATIAL} drops as a whole; else of no use
   */
  record Dropout(Kind kind, double rate, DataFormat format) implements Operation {
    public enum Kind { PLAIN, SPATIAL, GAUSSIAN, GAUSSIAN_NOISE, ALPHA }
  }

  /** Gives its input: what is random augmentation in training, and layers that only name something. */
  record Identity() implements Operation {}
}
