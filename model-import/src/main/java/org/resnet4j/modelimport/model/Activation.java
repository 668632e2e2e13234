package org.resnet4j.modelimport.model;

/** An element's or a vector's non-linearity, with Keras 3.15's and tf-keras 2.21's definitions. */
public sealed interface Activation {
  /** Those without parameters. */
  enum Plain implements Activation {
    LINEAR, SIGMOID, TANH, SELU, SOFTPLUS, SOFTSIGN, EXPONENTIAL, MISH,
    /** x * sigmoid(x), also called silu. */
    SWISH,
    /** x * relu6(x + 3) / 6, also called hard_silu. */
    HARD_SWISH,
    /** max(0, min(1, 0.2 x + 0.5)): Keras 2. */
    HARD_SIGMOID_2,
    /** relu6(x + 3) / 6: Keras 3. */
    HARD_SIGMOID_3,
    /** By the error function. */
    GELU,
    /** By the hyperbolic tangent ({@code approximate=True}). */
    GELU_TANH,
    LOG_SIGMOID, TANH_SHRINK
  }

  /**
   * Keras's ReLU in full: x below {@code threshold} gives {@code negativeSlope * (x - threshold)}, above it
   * min(x, {@code maxValue}). Leaky ReLU, ReLU6 and thresholded ReLU are values of it.
   *
   * @param maxValue infinity where there is none
   */
  record Relu(double maxValue, double negativeSlope, double threshold) implements Activation {
    public static final Relu PLAIN = new Relu(Double.POSITIVE_INFINITY, 0, 0);
  }

  record Elu(double alpha) implements Activation {}

  /** Along an axis; the batch is axis 0. */
  record Softmax(int axis, boolean logarithm) implements Activation {}
}
