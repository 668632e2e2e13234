package org.resnet4j.modelimport.graph;

import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.resnet4j.modelimport.model.Activation;
import org.resnet4j.modelimport.model.Activation.Relu;
import org.resnet4j.modelimport.model.Operation;
import org.resnet4j.modelimport.model.Operation.Convolution;
import org.resnet4j.modelimport.model.Operation.Dense;
import org.resnet4j.modelimport.model.Operation.DepthwiseConvolution;
import org.resnet4j.modelimport.model.Operation.Pair;
import org.resnet4j.modelimport.model.Operation.Padding;
import org.resnet4j.modelimport.model.Operation.SeparableConvolution;
import org.resnet4j.modelimport.model.Operation.Window;
import org.resnet4j.modelimport.model.Regularization;
import org.resnet4j.zoo.layer.BetaOnlyBatchNormalization;
import org.resnet4j.zoo.layer.Borders;
import org.resnet4j.zoo.layer.DilatedConvolution;
import org.resnet4j.zoo.layer.ElementActivation;
import org.resnet4j.zoo.layer.GroupedConvolution;
import org.resnet4j.zoo.layer.ParametricRelu;
import org.resnet4j.zoo.layer.PartialBatchNormalization;
import org.resnet4j.zoo.layer.Permutation;
import org.resnet4j.zoo.layer.PureActivation;
import org.resnet4j.zoo.layer.Reshaping;

/** Operations with weights. */
final class Weighted {
  private static final UnaryOperator<INDArray> AS_IS = UnaryOperator.identity();

  private Weighted() {}

  static void convolution(Step step, Convolution operation) {
    int in = step.weight(0, 2) * operation.groups();
    Kernel kernel = new Kernel(in, operation.filters(), operation.groups(), operation.window(), operation.bias());
    withActivation(step, operation.activation(), (name, activation) -> {
      kernel.add(step, name, step.input(), activation, operation.kernelRegularization(),
          operation.biasRegularization());
      step.draft().place(name, "W", step.node(), 0, tensor -> tensor.permute(3, 2, 0, 1));
      placeBias(step, name, operation.bias(), 1);
    });
  }

  static void depthwise(Step step, DepthwiseConvolution operation) {
    int in = step.weight(0, 2);
    Kernel kernel =
        new Kernel(in, in * operation.multiplier(), in, operation.window(), operation.bias());
    withActivation(step, operation.activation(), (name, activation) -> {
      kernel.add(step, name, step.input(), activation, operation.kernelRegularization(),
          operation.biasRegularization());
      step.draft().place(name, "W", step.node(), 0, Weighted::depthwiseKernel);
      placeBias(step, name, operation.bias(), 1);
    });
  }

  static void separable(Step step, SeparableConvolution operation) {
    int in = step.weight(0, 2);
    int between = in * operation.multiplier();
    String depthwise = step.part("depthwise");
    new Kernel(in, between, in, operation.window(), false).add(step, depthwise, step.input(),
        new ActivationIdentity(), operation.depthwiseRegularization(), Regularization.NONE);
    step.draft().place(depthwise, "W", step.node(), 0, Weighted::depthwiseKernel);
    Window pointwise = new Window(Pair.ONE, Pair.ONE, Pair.ONE, Padding.VALID, operation.window().format());
    withActivation(step, operation.activation(), (name, activation) -> {
      new Kernel(between, operation.filters(), 1, pointwise, operation.bias()).add(step, name, depthwise, activation,
          operation.pointwiseRegularization(), operation.biasRegularization());
      step.draft().place(name, "W", step.node(), 1, tensor -> tensor.permute(3, 2, 0, 1));
      placeBias(step, name, operation.bias(), 2);
    });
  }

  /** [kH, kW, in, multiplier] to [in * multiplier, 1, kH, kW]. */
  private static INDArray depthwiseKernel(INDArray tensor) {
    long[] shape = tensor.shape();
    return tensor.permute(2, 3, 0, 1).dup('c').reshape('c', shape[2] * shape[3], 1, shape[0], shape[1]);
  }

  private static void placeBias(Step step, String vertex, boolean bias, int tensor) {
    if (bias) {
      step.draft().place(vertex, "b", step.node(), tensor, AS_IS);
    }
  }

  /** A convolution's measures. */
  private record Kernel(int in, int out, int groups, Window window, boolean bias) {
    void add(Step step, String name, String input, IActivation activation, Regularization weights,
        Regularization biases) {
      Pair size = window.kernel();
      ConvolutionMode mode = window.padding() == Padding.SAME ? ConvolutionMode.Same : ConvolutionMode.Truncate;
      String from = input;
      SamePadding same = new SamePadding(size, window.strides(), window.dilation());
      if (mode == ConvolutionMode.Same && !same.isDeeplearning4js()) {
        mode = ConvolutionMode.Truncate;
        Optional<Borders> borders = same.borders(step, window.format());
        if (borders.isPresent()) {
          from = step.draft().vertex(step.node(), step.part("padded"), borders.get(), List.of(input));
        }
      }
      ConvolutionLayer.Builder layer = groups > 1
          ? new GroupedConvolution.Builder(groups, size.height(), size.width())
          : window.dilation().equals(Pair.ONE) ? new ConvolutionLayer.Builder(size.height(), size.width())
          : new DilatedConvolution.Builder(size.height(), size.width());
      layer.stride(window.strides().height(), window.strides().width())
          .dilation(window.dilation().height(), window.dilation().width())
          .convolutionMode(mode)
          .nIn(in).nOut(out).hasBias(bias).dataFormat(Step.layout(window.format())).activation(activation);
      step.draft().layer(step.node(), name, layer.build(), from);
      step.draft().penalise(name, weights, biases);
    }
  }

  static void dense(Step step, Dense operation) {
    int in = step.weight(0, 0);
    int rank = step.shape().rank();
    if (rank == 2) {
      denseOnRows(step, operation, in);
      return;
    }
    if (rank != 1 && rank != 3) {
      throw step.unsupported("an input of 2 to 4 axes", "the shape " + step.shape());
    }
    withActivation(step, operation.activation(), rank, (name, activation) -> {
      if (rank == 1) {
        step.draft().layer(step.node(), name, new DenseLayer.Builder().nIn(in).nOut(operation.units())
            .hasBias(operation.bias()).activation(activation).build(), step.input());
        step.draft().penalise(name, operation.kernelRegularization(), operation.biasRegularization());
        step.draft().place(name, "W", step.node(), 0, AS_IS);
      } else {
        densePixels(step, operation, in, name, step.input(), activation);
      }
      placeBias(step, name, operation.bias(), 1);
    });
  }

  /** A dense layer at every pixel of [N, H, W, C] is a 1x1 convolution. */
  private static void densePixels(Step step, Dense operation, int in, String name, String input,
      IActivation activation) {
    Window pixel = new Window(Pair.ONE, Pair.ONE, Pair.ONE, Padding.VALID, Operation.DataFormat.CHANNELS_LAST);
    new Kernel(in, operation.units(), 1, pixel, operation.bias()).add(step, name, input, activation,
        operation.kernelRegularization(), operation.biasRegularization());
    step.draft().place(name, "W", step.node(), 0,
        tensor -> tensor.transpose().dup('c').reshape('c', operation.units(), in, 1, 1));
  }

  /** [N, T, C] as an image one pixel wide, and back. */
  private static void denseOnRows(Step step, Dense operation, int in) {
    Draft draft = step.draft();
    String image = draft.vertex(step.node(), step.part("image"),
        new Reshaping(List.of(-1L, 1L, (long) in), CNN2DFormat.NHWC), step.inputs());
    String pixels = step.part("pixels");
    densePixels(step, operation, in, pixels, image, new ActivationIdentity());
    placeBias(step, pixels, operation.bias(), 1);
    boolean linear = operation.activation() == Activation.Plain.LINEAR;
    String rows = draft.vertex(step.node(), linear ? step.name() : step.part("linear"),
        new Reshaping(List.of(-1L, (long) operation.units()), CNN2DFormat.NHWC), List.of(pixels));
    if (!linear) {
      draft.layer(step.node(), step.name(), new PureActivation(Activations.of(operation.activation(), 2)), rows);
    }
  }

  private interface Layered {
    void add(String name, IActivation activation);
  }

  private static void withActivation(Step step, Activation activation, Layered layered) {
    withActivation(step, activation, 3, layered);
  }

  /** The activation inside the layer where it may be, else as a vertex of its own behind. */
  private static void withActivation(Step step, Activation activation, int rank, Layered layered) {
    Optional<IActivation> inside = Activations.elementwise(activation);
    // DL4J's own in a convolution of images channels last: its oneDNN helper is given the gradient in another order.
    IActivation any = rank == 3 && activation.equals(Relu.PLAIN)
        ? new ElementActivation(ElementActivation.Function.RELU, Double.MAX_VALUE, 0, 0)
        : Activations.of(activation, rank);
    if (inside.isPresent() || rank == 1) {
      layered.add(step.name(), any);
    } else {
      String linear = step.part("linear");
      layered.add(linear, new ActivationIdentity());
      step.draft().layer(step.node(), step.name(), new PureActivation(any), linear);
    }
  }

  static void norm(Step step, Operation.BatchNormalization operation) {
    int rank = step.shape().rank();
    int axis = operation.axis();
    if (rank == 3 && axis == 2) {
      // DL4J's norm knows the first and the last axis: the middle one changes places with the last.
      Permutation swap = new Permutation(List.of(1, 3, 2));
      String before = step.draft().vertex(step.node(), step.part("permuted"), swap, step.inputs());
      String norm = addNorm(step, operation, step.part("norm"), CNN2DFormat.NHWC, before);
      step.draft().vertex(step.node(), step.name(), swap, List.of(norm));
    } else if (rank == 2) {
      long size = step.weight(0, 0);
      Reshaping image = axis == 2 ? new Reshaping(List.of(-1L, 1L, size), CNN2DFormat.NHWC)
          : new Reshaping(List.of(size, 1L, -1L), CNN2DFormat.NCHW);
      String before = step.draft().vertex(step.node(), step.part("image"), image, step.inputs());
      String norm = addNorm(step, operation, step.part("norm"), axis == 2 ? CNN2DFormat.NHWC : CNN2DFormat.NCHW,
          before);
      step.draft().vertex(step.node(), step.name(),
          new Reshaping(axis == 2 ? List.of(-1L, size) : List.of(size, -1L), CNN2DFormat.NHWC), List.of(norm));
    } else if (rank == 1 || rank == 3) {
      addNorm(step, operation, step.name(), axis == rank && rank == 3 ? CNN2DFormat.NHWC : CNN2DFormat.NCHW,
          step.input());
    } else {
      throw step.unsupported("an input of 2 to 4 axes", "the shape " + step.shape());
    }
  }

  private static String addNorm(Step step, Operation.BatchNormalization operation, String name, CNN2DFormat format,
      String input) {
    boolean scale = operation.scale();
    boolean center = operation.center();
    int size = step.weight(0, 0);
    BatchNormalization layer = step.node().inference() ? new PartialBatchNormalization(scale, center, true)
        : scale && center ? new BatchNormalization()
        : center ? new BetaOnlyBatchNormalization(operation.momentum(), operation.epsilon())
        : new PartialBatchNormalization(scale, false, false);
    layer.setDecay(operation.momentum());
    layer.setEps(operation.epsilon());
    layer.setUseLogStd(false);
    layer.setNIn(size);
    layer.setNOut(size);
    layer.setCnn2DFormat(format);
    Draft draft = step.draft();
    draft.layer(step.node(), name, layer, input);
    int tensor = 0;
    tensor = placeOrFill(step, name, "gamma", scale, 1, tensor);
    tensor = placeOrFill(step, name, "beta", center, 0, tensor);
    draft.place(name, "mean", step.node(), tensor, AS_IS);
    draft.place(name, "var", step.node(), tensor + 1, AS_IS);
    return name;
  }

  private static int placeOrFill(Step step, String vertex, String parameter, boolean there, double value, int tensor) {
    if (there) {
      step.draft().place(vertex, parameter, step.node(), tensor, AS_IS);
      return tensor + 1;
    }
    step.draft().fill(vertex, parameter, value);
    return tensor;
  }

  static void prelu(Step step) {
    long[] shape = step.layer().weights().get(0).shape().sizes().stream().mapToLong(Integer::longValue).toArray();
    step.draft().layer(step.node(), step.name(), new ParametricRelu(shape), step.input());
    step.draft().place(step.name(), "W", step.node(), 0, AS_IS);
  }
}
