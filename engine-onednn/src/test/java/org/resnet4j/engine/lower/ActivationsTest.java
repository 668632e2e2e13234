package org.resnet4j.engine.lower;

import java.util.List;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationCube;
import org.nd4j.linalg.activations.impl.ActivationELU;
import org.nd4j.linalg.activations.impl.ActivationGELU;
import org.nd4j.linalg.activations.impl.ActivationHardSigmoid;
import org.nd4j.linalg.activations.impl.ActivationHardTanH;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.activations.impl.ActivationLReLU;
import org.nd4j.linalg.activations.impl.ActivationMish;
import org.nd4j.linalg.activations.impl.ActivationRReLU;
import org.nd4j.linalg.activations.impl.ActivationRationalTanh;
import org.nd4j.linalg.activations.impl.ActivationReLU;
import org.nd4j.linalg.activations.impl.ActivationReLU6;
import org.nd4j.linalg.activations.impl.ActivationRectifiedTanh;
import org.nd4j.linalg.activations.impl.ActivationSELU;
import org.nd4j.linalg.activations.impl.ActivationSigmoid;
import org.nd4j.linalg.activations.impl.ActivationSoftPlus;
import org.nd4j.linalg.activations.impl.ActivationSoftSign;
import org.nd4j.linalg.activations.impl.ActivationSoftmax;
import org.nd4j.linalg.activations.impl.ActivationSwish;
import org.nd4j.linalg.activations.impl.ActivationTanH;
import org.nd4j.linalg.activations.impl.ActivationThresholdedReLU;
import org.nd4j.linalg.lossfunctions.impl.LossMSE;
import org.resnet4j.zoo.layer.AxisSoftmax;
import org.resnet4j.zoo.layer.ElementActivation;
import org.resnet4j.zoo.layer.ElementActivation.Function;
import org.resnet4j.zoo.layer.KerasLoss;
import org.resnet4j.zoo.layer.PixelLoss;
import org.resnet4j.zoo.layer.PureActivation;

/** Every activation, as a vertex of its own and within a layer, against DL4J's own. */
class ActivationsTest {
  private static final double NONE = Double.MAX_VALUE;

  /** Those that compare with a bound: bfloat16 of what a layer gives may lie on its other side. */
  static Stream<IActivation> steps() {
    return Stream.of(new ActivationThresholdedReLU(0.5), new ActivationReLU(null, 0.5, 0.1),
        new ActivationReLU(1.5, 0.5, null), new ActivationReLU(1.5, -0.5, 0.3), new ActivationReLU(1.5, 0.5, -0.2),
        new ElementActivation(Function.RELU, NONE, 0, 0.5), new ElementActivation(Function.RELU, 1.5, 0.2, 0.5),
        new ElementActivation(Function.RELU, 1.5, -0.2, -0.5), new ElementActivation(Function.RELU, 0.5, -1, 0),
        new ElementActivation(Function.RELU, -0.5, 0.1, 0), new ActivationReLU(-0.5, 0.25, null));
  }

  static Stream<IActivation> functions() {
    return Stream.of(new ActivationCube(), new ActivationELU(0.7), new ActivationGELU(), new ActivationGELU(true),
        new ActivationHardSigmoid(), new ActivationHardTanH(), new ActivationIdentity(), new ActivationLReLU(0.3),
        new ActivationMish(), new ActivationRReLU(0.1, 0.4), new ActivationRationalTanh(), new ActivationReLU(),
        new ActivationReLU(1.2, null, null), new ActivationReLU(null, null, 0.2), new ActivationReLU(1.2, null, 0.2),
        new ActivationReLU6(), new ActivationRectifiedTanh(), new ActivationSELU(), new ActivationSigmoid(),
        new ActivationSoftPlus(), new ActivationSoftSign(), new ActivationSoftmax(), new ActivationSwish(),
        new ActivationTanH(), new ElementActivation(Function.RELU, NONE, 0, 0),
        new ElementActivation(Function.RELU, 1.2, 0, 0), new ElementActivation(Function.RELU, NONE, 0.2, 0),
        new ElementActivation(Function.RELU, 1.2, 0.2, 0), new ElementActivation(Function.ELU, 0.4, 0, 0),
        new ElementActivation(Function.SELU), new ElementActivation(Function.HARD_SIGMOID, 1. / 6, 0.5, 0),
        new ElementActivation(Function.HARD_SWISH), new ElementActivation(Function.GELU),
        new ElementActivation(Function.GELU_TANH), new ElementActivation(Function.SWISH),
        new ElementActivation(Function.MISH), new ElementActivation(Function.SOFTPLUS),
        new ElementActivation(Function.LOG_SIGMOID), new ElementActivation(Function.SOFTSIGN),
        new ElementActivation(Function.EXPONENTIAL), new ElementActivation(Function.TANH_SHRINK));
  }

  static Stream<IActivation> all() {
    return Stream.concat(functions(), steps());
  }

  @ParameterizedTest
  @MethodSource("all")
  void anActivationOfInputs(IActivation activation) {
    for (CNN2DFormat format : CNN2DFormat.values()) {
      // The largest inputs are beyond 6.
      Sample.images(format, 5, 4, 6).inputsTo(7).layer(new ActivationLayer(activation)).check();
    }
    Sample.vectors(9).inputsTo(7).layer(new PureActivation(activation)).check();
    Sample.untyped(0, 5, 6).inputsTo(7).layer(new PureActivation(activation)).check();
  }

  @ParameterizedTest
  @MethodSource("functions")
  void anActivationWithinALayer(IActivation activation) {
    for (CNN2DFormat format : CNN2DFormat.values()) {
      for (int channels : new int[] {5, 16}) {
        Sample.images(format, 3, 6, 5).within(4e-2).layer(new ConvolutionLayer.Builder(3, 3).nOut(channels)
            .dataFormat(format).activation(activation).build()).check();
      }
    }
    Sample.vectors(9).within(4e-2).layer(new DenseLayer.Builder().nOut(7).activation(activation).build()).check();
    Sample.vectors(9).within(4e-2).layer(new OutputLayer.Builder(new LossMSE()).nOut(7).activation(activation)
        .build()).check();
  }

  /** bfloat16's last digit, times the jump. */
  @ParameterizedTest
  @MethodSource("steps")
  void aStepWithinALayer(IActivation activation) {
    for (CNN2DFormat format : CNN2DFormat.values()) {
      for (int channels : new int[] {5, 16}) {
        Sample.images(format, 3, 6, 5).within(1).layer(new ConvolutionLayer.Builder(3, 3).nOut(channels)
            .dataFormat(format).activation(activation).build()).check();
      }
    }
  }

  /** At the bound itself DL4J's threshold takes the upper branch, Keras' the lower one. */
  @Test
  void aThresholdThatIsMet() {
    Sample.vectors(8).inputsTo(0x1p21).layer(new ActivationLayer(new ActivationReLU(null, 1.0, 0.5))).check();
    for (double threshold : new double[] {0.5, -0.25, 1}) {
      Sample.vectors(64).layer(new ActivationLayer(new ElementActivation(Function.HARD_SIGMOID, 4, 0.5, 0)))
          .layer(new ActivationLayer(new ActivationReLU(null, threshold, 0.5))).check();
      Sample.vectors(64).layer(new ActivationLayer(new ElementActivation(Function.HARD_SIGMOID, 4, 0.5, 0)))
          .layer(new ActivationLayer(new ElementActivation(Function.RELU, NONE, 0.5, threshold))).check();
    }
  }

  /** oneDNN takes 32 functions behind a kernel. */
  @Test
  void aLongRow() {
    Sample parity = Sample.images(CNN2DFormat.NCHW, 3, 5, 6).within(4e-2)
        .layer(new ConvolutionLayer.Builder(1, 1).nOut(16).build());
    for (int i = 0; i < 40; i++) {
      parity.layer(new ActivationLayer(new ActivationLReLU(0.9)));
    }
    parity.check();
  }

  @ParameterizedTest
  @EnumSource
  void softmaxAlongAnyAxis(CNN2DFormat format) {
    for (int axis : new int[] {1, 2, 3}) {
      for (boolean logarithm : new boolean[] {false, true}) {
        Sample.images(format, 5, 4, 6).layer(new PureActivation(new AxisSoftmax(axis, logarithm))).check();
        for (int channels : new int[] {5, 16}) {
          Sample.images(format, 3, 5, 6)
              .layer(new ConvolutionLayer.Builder(2, 2).nOut(channels).dataFormat(format).build())
              .layer(new PureActivation(new AxisSoftmax(axis, logarithm))).check();
        }
      }
    }
    Sample.untyped(0, 5, 6).layer(new PureActivation(new AxisSoftmax(2, false))).check();
    Sample.vectors(5).layer(new PureActivation(new AxisSoftmax(1, true))).check();
  }

  @ParameterizedTest
  @EnumSource
  void lossesOfPixels(CNN2DFormat format) {
    for (IActivation activation : List.of(new ActivationSoftmax(), new ActivationSigmoid(),
        new AxisSoftmax(1, true))) {
      long[] shape = format == CNN2DFormat.NCHW ? new long[] {0, 3, 5, 6} : new long[] {0, 5, 6, 3};
      Sample.untyped(shape).layer(new ConvolutionLayer.Builder(2, 2).nIn(3).nOut(4).dataFormat(format).build())
          .layer(new PixelLoss(new KerasLoss(KerasLoss.Function.CATEGORICAL_CROSSENTROPY, false, 0), activation, 4,
              format)).check();
    }
  }

  @Test
  void losses() {
    for (KerasLoss.Function function : KerasLoss.Function.values()) {
      Sample.vectors(7).layer(new DenseLayer.Builder().nOut(5).build())
          .layer(new LossLayer.Builder(new KerasLoss(function, false, 0)).activation(Activation.SOFTMAX).build())
          .check();
    }
  }
}
