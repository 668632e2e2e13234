package org.resnet4j.modelimport.dialect;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.resnet4j.modelimport.ModelImportException;
import org.resnet4j.modelimport.dialect.Call.Argument;
import org.resnet4j.modelimport.dialect.Call.Literal;
import org.resnet4j.modelimport.dialect.Call.Reference;
import org.resnet4j.modelimport.model.Activation;
import org.resnet4j.modelimport.model.Activation.Plain;
import org.resnet4j.modelimport.model.Activation.Relu;
import org.resnet4j.modelimport.model.Activation.Softmax;
import org.resnet4j.modelimport.model.Operation;
import org.resnet4j.modelimport.model.Operation.Activate;
import org.resnet4j.modelimport.model.Operation.Affine;
import org.resnet4j.modelimport.model.Operation.Border;
import org.resnet4j.modelimport.model.Operation.Concatenate;
import org.resnet4j.modelimport.model.Operation.Constant;
import org.resnet4j.modelimport.model.Operation.DataFormat;
import org.resnet4j.modelimport.model.Operation.GlobalPool;
import org.resnet4j.modelimport.model.Operation.Identity;
import org.resnet4j.modelimport.model.Operation.Merge;
import org.resnet4j.modelimport.model.Operation.Permute;
import org.resnet4j.modelimport.model.Operation.Pooling;
import org.resnet4j.modelimport.model.Operation.Reshape;
import org.resnet4j.modelimport.model.Operation.Select;
import org.resnet4j.modelimport.model.Operation.ZeroPadding;
import org.resnet4j.modelimport.model.Shape;

/**
 * Functions on tensors that a model was written with, such as {@code x / 127.5}: operations of Keras 3, and
 * TensorFlow's in Keras 2 ({@code TFOpLambda}, {@code SlicingOpLambda}).
 */
final class Operators {
  private final Settings settings;
  private final Arguments arguments;

  /** @param tensors what a reference stands for */
  Operators(Settings settings, Call call, Function<Reference, Tensor> tensors) {
    this.settings = settings;
    this.arguments = new Arguments(settings, call, tensors);
  }

  /** What a function gives. */
  sealed interface Result {}

  /** An operation on tensors. */
  record Applied(Operation operation, List<Tensor> inputs) implements Result {}

  /** A tensor that needs no operation of its own. */
  record Given(Tensor tensor) implements Result {}

  static boolean isFunction(String className) {
    return className.equals("TFOpLambda") || className.equals("SlicingOpLambda");
  }

  /** Keras's or TensorFlow's name of the function. */
  private String function() {
    return isFunction(settings.className()) ? settings.text("function", null) : settings.className();
  }

  /**
   * What the call computes; or, for a position picked out of an axis, a tensor that only {@code stack} can take.
   *
   * @throws ModelImportException.UnsupportedLayer if the function isn't known here, or not with these arguments
   */
  Result apply() {
    String function = function();
    return switch (function) {
      case "Add", "math.add", "__operators__.add" -> arithmetic(Merge.Kind.ADD);
      case "Subtract", "math.subtract" -> arithmetic(Merge.Kind.SUBTRACT);
      case "Multiply", "math.multiply" -> arithmetic(Merge.Kind.MULTIPLY);
      case "Divide", "TrueDivide", "math.truediv", "math.divide" -> arithmetic(Merge.Kind.DIVIDE);
      case "Maximum", "math.maximum" -> arithmetic(Merge.Kind.MAXIMUM);
      case "Minimum", "math.minimum" -> arithmetic(Merge.Kind.MINIMUM);
      case "Negative", "math.negative" -> on(new Affine(Constant.scalar(-1), Constant.scalar(0)));
      case "math.add_n" -> new Applied(new Merge(Merge.Kind.ADD), arguments.list());
      case "nn.bias_add" -> biasAdd();
      case "Relu", "nn.relu" -> on(new Activate(Relu.PLAIN));
      case "Relu6", "nn.relu6" -> on(new Activate(new Relu(6, 0, 0)));
      case "LeakyRelu" -> on(new Activate(new Relu(Double.POSITIVE_INFINITY, settings.real("negative_slope", 0.2), 0)));
      case "nn.leaky_relu" -> on(new Activate(new Relu(Double.POSITIVE_INFINITY, arguments.number("alpha", 0.2), 0)));
      case "Elu" -> on(new Activate(new Activation.Elu(settings.real("alpha", 1))));
      case "nn.elu" -> activation("elu");
      case "Selu", "nn.selu" -> activation("selu");
      case "Sigmoid", "math.sigmoid", "nn.sigmoid" -> activation("sigmoid");
      case "HardSigmoid" -> activation("hard_sigmoid");
      case "HardSilu" -> activation("hard_silu");
      case "LogSigmoid", "math.log_sigmoid" -> activation("log_sigmoid");
      case "Tanh", "math.tanh", "nn.tanh" -> activation("tanh");
      case "Silu", "nn.silu", "nn.swish" -> activation("silu");
      case "Softplus", "math.softplus", "nn.softplus" -> activation("softplus");
      case "Softsign", "nn.softsign" -> activation("softsign");
      case "Exp", "math.exp" -> activation("exponential");
      case "Gelu" -> on(new Activate(settings.flag("approximate", true) ? Plain.GELU_TANH : Plain.GELU));
      case "nn.gelu" -> on(new Activate(arguments.flag("approximate", false) ? Plain.GELU_TANH : Plain.GELU));
      case "Softmax", "nn.softmax" -> on(new Activate(new Softmax(arguments.axis("axis", -1), false)));
      case "LogSoftmax", "nn.log_softmax" -> on(new Activate(new Softmax(arguments.axis("axis", -1), true)));
      case "Clip" -> clip(settings.get("x_min"), settings.get("x_max"));
      case "clip_by_value" -> clip(arguments.literal("clip_value_min"), arguments.literal("clip_value_max"));
      case "Concatenate", "concat" -> {
        List<Tensor> inputs = arguments.list();
        yield new Applied(new Concatenate(arguments.axis("axis", -1, inputs.get(0).shape().rank())), inputs);
      }
      case "Stack", "stack" -> stack();
      case "GetItem" -> Slices.apply(arguments.x(), arguments.argument(1, "key"), settings);
      case "__operators__.getitem" -> Slices.apply(arguments.x(), arguments.argument(1, "slice_spec"), settings);
      case "Flip", "reverse" -> reverse();
      case "gather", "compat.v1.gather" -> gather();
      case "Mean", "math.reduce_mean" -> globalPool(Pooling.AVERAGE);
      case "Max", "math.reduce_max" -> {
        settings.refuse("initial", "a maximum of the image alone");
        yield globalPool(Pooling.MAXIMUM);
      }
      case "Reshape" -> reshape(settings.get("newshape"));
      case "reshape" -> reshape(arguments.literal("shape"));
      case "ExpandDims", "expand_dims" -> expand();
      case "Squeeze", "squeeze", "compat.v1.squeeze" -> squeeze();
      case "Transpose" -> transpose(settings.get("axes"));
      case "transpose", "compat.v1.transpose" -> transpose(arguments.literal("perm"));
      case "Pad" -> pad(settings.get("pad_width"), settings.text("mode", "constant"));
      case "pad", "compat.v1.pad" -> pad(arguments.literal("paddings"), arguments.text("mode", "constant"));
      case "Cast", "cast" -> cast();
      case "identity", "Identity", "stop_gradient", "StopGradient" -> on(new Identity());
      default -> throw settings.unsupported("a function that this importer knows",
          ModelImportException.quote(function));
    };
  }

  private Applied on(Operation operation) {
    return new Applied(operation, List.of(arguments.x()));
  }

  private Applied activation(String name) {
    return on(new Activate(Activations.named(name, settings, arguments.x().shape().rank())));
  }

  private Applied arithmetic(Merge.Kind kind) {
    Argument left = arguments.argument(0, "x1", "x");
    Argument right = arguments.argument(1, "x2", "y");
    if (left instanceof Reference a && right instanceof Reference b) {
      List<Tensor> inputs = List.of(arguments.tensor(a), arguments.tensor(b));
      if (inputs.get(0).shape().rank() != inputs.get(1).shape().rank()) {
        throw settings.unsupported("two tensors with as many axes",
            inputs.get(0).shape() + " and " + inputs.get(1).shape());
      }
      return new Applied(new Merge(kind), inputs);
    }
    if (left instanceof Reference a && right instanceof Literal b) {
      Tensor x = arguments.tensor(a);
      return new Applied(withConstant(kind, false, Constants.read(b.value(), x.shape(), settings)), List.of(x));
    }
    if (left instanceof Literal a && right instanceof Reference b) {
      Tensor x = arguments.tensor(b);
      return new Applied(withConstant(kind, true, Constants.read(a.value(), x.shape(), settings)), List.of(x));
    }
    throw settings.unsupported("two tensors, or one and a constant", "something else");
  }

  private Operation withConstant(Merge.Kind kind, boolean constantFirst, Constant constant) {
    Constant zero = Constant.scalar(0);
    Constant one = Constant.scalar(1);
    boolean isZero = constant.values().stream().allMatch(value -> value == 0);
    return switch (kind) {
      case ADD -> new Affine(one, constant);
      case SUBTRACT -> constantFirst ? new Affine(Constant.scalar(-1), constant)
          : new Affine(one, Constants.map(constant, value -> -value));
      case MULTIPLY -> new Affine(constant, zero);
      case DIVIDE -> {
        if (constantFirst || constant.values().stream().anyMatch(value -> !Float.isFinite(1 / value))) {
          throw settings.unsupported("division by a constant that isn't 0",
              constantFirst ? "a constant divided by a tensor" : "0 in it");
        }
        yield new Affine(Constants.map(constant, value -> 1 / value), zero);
      }
      case MAXIMUM -> {
        if (!isZero) {
          throw settings.unsupported("the maximum with 0", "with another constant");
        }
        yield new Activate(Relu.PLAIN);
      }
      default -> throw settings.unsupported("no constant", kind + " with a constant");
    };
  }

  private Applied biasAdd() {
    Tensor x = arguments.x();
    List<Double> bias = Constants.flat(Settings.unwrapped(arguments.literal("bias")), settings);
    boolean first = arguments.text("data_format", "NHWC").startsWith("NC");
    int rank = x.shape().rank();
    if (rank == 0 || x.shape().size(first ? 1 : rank) != bias.size()) {
      throw settings.invalid("a bias for each channel of " + x.shape(), bias.size() + " numbers");
    }
    List<Integer> sizes = new ArrayList<>(Collections.nCopies(first ? rank : 1, 1));
    sizes.set(0, bias.size());
    Constant offset = new Constant(bias.stream().map(Double::floatValue).toList(), new Shape(sizes));
    return on(new Affine(Constant.scalar(1), offset));
  }

  private Applied clip(JsonNode least, JsonNode most) {
    if (!least.isNumber() || !most.isNumber() || least.asDouble() != 0 || !(most.asDouble() >= 0)) {
      throw settings.unsupported("limits of 0 and above", Settings.found(least) + " and " + Settings.found(most));
    }
    return on(new Activate(new Relu(most.asDouble(), 0, 0)));
  }

  /** Positions picked from one axis of one tensor, put together along that axis again. */
  private Applied stack() {
    List<Tensor> parts = arguments.pickedList();
    Tensor first = parts.get(0);
    if (first.pick().isEmpty()) {
      throw settings.unsupported("positions of one axis of one tensor, such as its channels", "other tensors");
    }
    Tensor.Pick from = first.pick().get();
    int rank = from.source().shape().rank();
    List<Integer> indices = new ArrayList<>();
    for (Tensor part : parts) {
      if (part.pick().isEmpty() || !part.pick().get().source().equals(from.source())
          || part.pick().get().axis() != from.axis()) {
        throw settings.unsupported("positions of one axis of one tensor, such as its channels", "other tensors");
      }
      indices.add(part.pick().get().index());
    }
    if (arguments.axis("axis", 0, rank) != from.axis()) {
      throw settings.unsupported("a stack along the axis that was taken apart, " + from.axis(),
          "axis " + arguments.axis("axis", 0, rank));
    }
    return new Applied(new Select(from.axis(), indices), List.of(from.source()));
  }

  private Applied reverse() {
    Tensor x = arguments.x();
    int axis = arguments.axis("axis", null, x.shape().rank());
    return new Applied(Slices.reversed(axis, x, settings), List.of(x));
  }

  private Applied gather() {
    Tensor x = arguments.x();
    if (arguments.number("batch_dims", 0) != 0) {
      throw settings.unsupported("the same positions for each example",
          "batch_dims = " + arguments.literal("batch_dims"));
    }
    int axis = arguments.axis("axis", null, x.shape().rank());
    List<Integer> indices = arguments.integers(arguments.literal("indices"), "indices");
    if (indices.isEmpty() || indices.stream().anyMatch(index -> index < 0 || index >= x.shape().size(axis))) {
      throw settings.invalid("indices below " + x.shape().size(axis), indices.toString());
    }
    return new Applied(new Select(axis, indices), List.of(x));
  }

  private Applied globalPool(Pooling kind) {
    Tensor x = arguments.x();
    List<Integer> axes = arguments.integers(arguments.setting("axis"), "axis").stream()
        .map(axis -> settings.axis(axis, x.shape().rank())).sorted().toList();
    boolean keep = arguments.flag("keepdims", settings.flag("keepdims", false));
    if (x.shape().rank() == 3 && axes.equals(List.of(1, 2))) {
      return on(new GlobalPool(kind, DataFormat.CHANNELS_LAST, keep));
    }
    if (x.shape().rank() == 3 && axes.equals(List.of(2, 3))) {
      return on(new GlobalPool(kind, DataFormat.CHANNELS_FIRST, keep));
    }
    throw settings.unsupported("a mean or maximum over an image's height and width", "over axes " + axes);
  }

  private Applied reshape(JsonNode target) {
    List<Integer> sizes = arguments.integers(target, "the shape");
    Shape shape = arguments.x().shape();
    // The batch's size has to stay open, with each example's values in its place.
    if (sizes.isEmpty() || sizes.get(0) != Shape.UNKNOWN || sizes.lastIndexOf(Shape.UNKNOWN) > 0
        || shape.sizes().contains(Shape.UNKNOWN)
        || !values(sizes.subList(1, sizes.size())).equals(values(shape.sizes()))) {
      throw settings.unsupported("a shape [-1, ...] that holds as many values as each example's " + shape,
          sizes.toString());
    }
    return on(new Reshape(new Shape(sizes.subList(1, sizes.size()))));
  }

  private static BigInteger values(List<Integer> sizes) {
    return sizes.stream().map(BigInteger::valueOf).reduce(BigInteger.ONE, BigInteger::multiply);
  }

  private Applied expand() {
    List<Integer> sizes = new ArrayList<>(arguments.x().shape().sizes());
    sizes.add(arguments.axis("axis", null, sizes.size() + 1) - 1, 1);
    return on(new Reshape(oneOpen(sizes)));
  }

  private Applied squeeze() {
    List<Integer> sizes = new ArrayList<>(arguments.x().shape().sizes());
    List<Integer> axes = arguments.integers(arguments.setting("axis"), "axis").stream()
        .map(axis -> settings.axis(axis, arguments.x().shape().rank())).distinct()
        .sorted(Collections.reverseOrder()).toList();
    for (int axis : axes) {
      if (sizes.remove(axis - 1) != 1) {
        throw settings.invalid("size 1 along axis " + axis, arguments.x().shape().toString());
      }
    }
    return on(new Reshape(oneOpen(sizes)));
  }

  private Shape oneOpen(List<Integer> sizes) {
    if (Collections.frequency(sizes, Shape.UNKNOWN) > 1) {
      throw settings.unsupported("at most one unknown size", sizes.toString());
    }
    return new Shape(sizes);
  }

  private Applied transpose(JsonNode permutation) {
    List<Integer> axes = arguments.integers(permutation, "the axes");
    int rank = arguments.x().shape().rank();
    List<Integer> sorted = axes.stream().sorted().toList();
    if (axes.size() != rank + 1 || axes.get(0) != 0
        || !sorted.equals(IntStream.rangeClosed(0, rank).boxed().toList())) {
      throw settings.unsupported("a permutation that leaves the batch first", axes.toString());
    }
    return on(new Permute(axes.subList(1, axes.size())));
  }

  private Applied pad(JsonNode paddings, String mode) {
    JsonNode value = Settings.unwrapped(arguments.literal("constant_values"));
    boolean zeros = value.isMissingNode() || value.isNumber() && value.asDouble() == 0;
    if (!mode.equalsIgnoreCase("constant") || !zeros) {
      throw settings.unsupported("padding with zeros", Settings.found(paddings) + ", " + mode);
    }
    List<Integer> sides = new ArrayList<>();
    paddings.forEach(axis -> sides.addAll(arguments.integers(axis, "the padding")));
    if (sides.size() == 8 && sides.stream().allMatch(side -> side >= 0) && sides.get(0) == 0 && sides.get(1) == 0) {
      if (sides.get(6) == 0 && sides.get(7) == 0) {
        return on(new ZeroPadding(new Border(sides.get(2), sides.get(3), sides.get(4), sides.get(5)),
            DataFormat.CHANNELS_LAST));
      }
      if (sides.get(2) == 0 && sides.get(3) == 0) {
        return on(new ZeroPadding(new Border(sides.get(4), sides.get(5), sides.get(6), sides.get(7)),
            DataFormat.CHANNELS_FIRST));
      }
    }
    throw settings.unsupported("padding of an image's height and width", Settings.found(paddings));
  }

  private Applied cast() {
    String type = arguments.setting("dtype").asText();
    if (!type.matches("b?float(16|32|64)")) {
      throw settings.unsupported("a cast to floating point", ModelImportException.quote(type));
    }
    return on(new Identity());
  }
}
