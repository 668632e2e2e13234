package org.resnet4j.modelimport.dialect;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.resnet4j.modelimport.model.Operation;
import org.resnet4j.modelimport.model.Operation.Activate;
import org.resnet4j.modelimport.model.Operation.BatchNormalization;
import org.resnet4j.modelimport.model.Operation.Concatenate;
import org.resnet4j.modelimport.model.Operation.Convolution;
import org.resnet4j.modelimport.model.Operation.Cropping;
import org.resnet4j.modelimport.model.Operation.DataFormat;
import org.resnet4j.modelimport.model.Operation.Dense;
import org.resnet4j.modelimport.model.Operation.DepthwiseConvolution;
import org.resnet4j.modelimport.model.Operation.Dropout;
import org.resnet4j.modelimport.model.Operation.Flatten;
import org.resnet4j.modelimport.model.Operation.GlobalPool;
import org.resnet4j.modelimport.model.Operation.Identity;
import org.resnet4j.modelimport.model.Operation.Merge;
import org.resnet4j.modelimport.model.Operation.PRelu;
import org.resnet4j.modelimport.model.Operation.Padding;
import org.resnet4j.modelimport.model.Operation.Pair;
import org.resnet4j.modelimport.model.Operation.Permute;
import org.resnet4j.modelimport.model.Operation.Pool;
import org.resnet4j.modelimport.model.Operation.Pooling;
import org.resnet4j.modelimport.model.Operation.Reshape;
import org.resnet4j.modelimport.model.Operation.SeparableConvolution;
import org.resnet4j.modelimport.model.Operation.Window;
import org.resnet4j.modelimport.model.Operation.ZeroPadding;
import org.resnet4j.modelimport.model.Shape;

/** Which operation each of Keras's layers is, by class name. */
final class LayerOperations {
  /** @param inputs as many as the layer takes */
  @FunctionalInterface
  interface Reader {
    Operation read(Settings settings, List<Shape> inputs);
  }

  private record Kind(int fewest, int most, Reader reader) {}

  private static final Map<String, Kind> KINDS = kinds();

  private LayerOperations() {}

  static boolean knows(String className) {
    return KINDS.containsKey(className);
  }

  /** @throws org.resnet4j.modelimport.ModelImportException.UnsupportedLayer if the layer's class isn't known here */
  static void requireKnown(Settings settings) {
    if (!knows(settings.className())) {
      throw settings.unsupported("a layer that this importer knows", switch (settings.className()) {
        case "Lambda" -> "Python code, which is never executed here";
        case "RandomCrop" -> "a random crop, which also crops at inference (a CenterCrop or Cropping2D imports)";
        default -> "a layer of another class";
      });
    }
  }

  /**
   * The operation of a layer of known class on such inputs.
   *
   * @throws org.resnet4j.modelimport.ModelImportException.UnsupportedLayer if one of its settings isn't supported
   * @throws org.resnet4j.modelimport.ModelImportException.InvalidConfiguration if Keras would refuse it as well
   */
  static Operation read(Settings settings, List<Shape> inputs) {
    Kind kind = KINDS.get(settings.className());
    if (inputs.size() < kind.fewest || inputs.size() > kind.most) {
      throw settings.invalid(kind.fewest == kind.most ? kind.fewest + " inputs" : "at least " + kind.fewest + " inputs",
          String.valueOf(inputs.size()));
    }
    Operation operation = kind.reader.read(settings, inputs);
    settings.noteWhatIsLeftOut();
    return operation;
  }

  private static Map<String, Kind> kinds() {
    Map<String, Kind> kinds = new HashMap<>();
    one(kinds, LayerOperations::convolution, "Conv2D", "Convolution2D");
    one(kinds, LayerOperations::depthwise, "DepthwiseConv2D", "DepthwiseConvolution2D");
    one(kinds, LayerOperations::separable, "SeparableConv2D", "SeparableConvolution2D");
    one(kinds, LayerOperations::dense, "Dense");
    one(kinds, LayerOperations::batchNormalization, "BatchNormalization", "BatchNormalizationV1",
        "BatchNormalizationV2", "SyncBatchNormalization");
    one(kinds, (s, in) -> new Activate(Activations.setting(s, in.get(0).rank())), "Activation");
    one(kinds, (s, in) -> new Activate(Activations.layer(s, in.get(0).rank())), "ReLU", "LeakyReLU", "ELU",
        "ThresholdedReLU", "Softmax");
    one(kinds, LayerOperations::pRelu, "PReLU");
    merge(kinds, Merge.Kind.ADD, Integer.MAX_VALUE, "Add");
    merge(kinds, Merge.Kind.SUBTRACT, 2, "Subtract");
    merge(kinds, Merge.Kind.MULTIPLY, Integer.MAX_VALUE, "Multiply");
    merge(kinds, Merge.Kind.AVERAGE, Integer.MAX_VALUE, "Average");
    merge(kinds, Merge.Kind.MAXIMUM, Integer.MAX_VALUE, "Maximum");
    merge(kinds, Merge.Kind.MINIMUM, Integer.MAX_VALUE, "Minimum");
    kinds.put("Concatenate", new Kind(1, Integer.MAX_VALUE,
        (s, in) -> new Concatenate(s.axis(s.integer("axis", -1), in.get(0).rank()))));
    one(kinds, (s, in) -> pool(s, Pooling.MAXIMUM), "MaxPooling2D", "MaxPool2D");
    one(kinds, (s, in) -> pool(s, Pooling.AVERAGE), "AveragePooling2D", "AvgPool2D");
    one(kinds, (s, in) -> new GlobalPool(Pooling.MAXIMUM, s.format(), s.flag("keepdims", false)),
        "GlobalMaxPooling2D", "GlobalMaxPool2D");
    one(kinds, (s, in) -> new GlobalPool(Pooling.AVERAGE, s.format(), s.flag("keepdims", false)),
        "GlobalAveragePooling2D", "GlobalAvgPool2D");
    one(kinds, (s, in) -> new ZeroPadding(s.border("padding"), s.format()), "ZeroPadding2D");
    one(kinds, (s, in) -> new Cropping(s.border("cropping"), s.format()), "Cropping2D");
    one(kinds, (s, in) -> new Flatten(s.format()), "Flatten");
    one(kinds, LayerOperations::reshape, "Reshape");
    one(kinds, LayerOperations::permute, "Permute");
    one(kinds, (s, in) -> dropout(s, Dropout.Kind.PLAIN, "rate"), "Dropout");
    one(kinds, (s, in) -> dropout(s, Dropout.Kind.SPATIAL, "rate"), "SpatialDropout2D");
    one(kinds, (s, in) -> dropout(s, Dropout.Kind.GAUSSIAN, "rate"), "GaussianDropout");
    one(kinds, (s, in) -> dropout(s, Dropout.Kind.GAUSSIAN_NOISE, "stddev"), "GaussianNoise");
    one(kinds, (s, in) -> dropout(s, Dropout.Kind.ALPHA, "rate"), "AlphaDropout");
    one(kinds, (s, in) -> new Identity(), "Identity");
    one(kinds, (s, in) -> {
      s.note("its penalty on activations is not taken over.");
      return new Identity();
    }, "ActivityRegularization");
    ImageOperations.LAYERS.forEach((name, reader) -> one(kinds, reader, name));
    return kinds;
  }

  private static void one(Map<String, Kind> kinds, Reader reader, String... names) {
    for (String name : names) {
      kinds.put(name, new Kind(1, 1, reader));
    }
  }

  private static void merge(Map<String, Kind> kinds, Merge.Kind merge, int most, String name) {
    kinds.put(name, new Kind(2, most, (settings, inputs) -> new Merge(merge)));
  }

  /** Layers whose inference in training mode differs from the usual, so that {@code training=True} can't be done. */
  static boolean dependsOnTraining(Operation operation, String className) {
    return operation instanceof BatchNormalization || operation instanceof Dropout dropout && dropout.rate() > 0
        || ImageOperations.AUGMENTATIONS.contains(className);
  }

  private static Window window(Settings s) {
    return new Window(s.pair("kernel_size", null), s.pair("strides", Pair.ONE), s.pair("dilation_rate", Pair.ONE),
        padding(s), s.format());
  }

  private static Padding padding(Settings s) {
    return switch (s.text("padding", "valid").toLowerCase(Locale.ROOT)) {
      case "same" -> Padding.SAME;
      case "valid" -> Padding.VALID;
      default -> throw s.unsupported("padding same or valid", Settings.found(s.get("padding")));
    };
  }

  private static void image(Settings s, List<Shape> inputs) {
    if (inputs.get(0).rank() != 3) {
      throw s.invalid("an image [height, width, channels] in the data format's order", inputs.get(0).toString());
    }
  }

  private static Operation convolution(Settings s, List<Shape> inputs) {
    image(s, inputs);
    refuseAdapters(s);
    return new Convolution(s.positive("filters", 0), window(s), s.positive("groups", 1), s.flag("use_bias", true),
        Activations.setting(s, 3), s.regularization("kernel_regularizer"), s.regularization("bias_regularizer"));
  }

  private static Operation depthwise(Settings s, List<Shape> inputs) {
    image(s, inputs);
    return new DepthwiseConvolution(s.positive("depth_multiplier", 1), window(s), s.flag("use_bias", true),
        Activations.setting(s, 3), s.regularization("depthwise_regularizer"), s.regularization("bias_regularizer"));
  }

  private static Operation separable(Settings s, List<Shape> inputs) {
    image(s, inputs);
    return new SeparableConvolution(s.positive("filters", 0), s.positive("depth_multiplier", 1), window(s),
        s.flag("use_bias", true), Activations.setting(s, 3), s.regularization("depthwise_regularizer"),
        s.regularization("pointwise_regularizer"), s.regularization("bias_regularizer"));
  }

  private static Operation dense(Settings s, List<Shape> inputs) {
    if (inputs.get(0).rank() == 0) {
      throw s.invalid("an input with at least one axis after the batch", inputs.get(0).toString());
    }
    refuseAdapters(s);
    return new Dense(s.positive("units", 0), s.flag("use_bias", true), Activations.setting(s, inputs.get(0).rank()),
        s.regularization("kernel_regularizer"), s.regularization("bias_regularizer"));
  }

  /** Both add weights to the layer's own. */
  private static void refuseAdapters(Settings s) {
    s.refuse("lora_rank", "no low-rank adapter");
    s.refuse("quantization_config", "no quantisation");
    s.refuse("quantization_mode", "no quantisation");
  }

  private static Operation batchNormalization(Settings s, List<Shape> inputs) {
    s.refuse("renorm", "batch normalisation without renormalisation");
    s.refuse("virtual_batch_size", "batch normalisation over the whole batch");
    List<Integer> axes = s.has("axis") ? s.integers("axis") : List.of(-1);
    if (axes.size() != 1) {
      throw s.unsupported("batch normalisation of one axis", "axis = " + Settings.found(s.get("axis")));
    }
    double momentum = s.real("momentum", 0.99);
    double epsilon = s.real("epsilon", 1e-3);
    if (momentum < 0 || momentum > 1 || epsilon < 0) {
      throw s.invalid("a momentum from 0 to 1 and an epsilon of 0 or more", momentum + " and " + epsilon);
    }
    return new BatchNormalization(s.axis(axes.get(0), inputs.get(0).rank()), momentum, epsilon,
        s.flag("center", true), s.flag("scale", true));
  }

  private static Operation pRelu(Settings s, List<Shape> inputs) {
    List<Integer> shared = s.has("shared_axes") ? s.integers("shared_axes") : List.of();
    return new PRelu(shared.stream().map(axis -> s.axis(axis, inputs.get(0).rank())).distinct().sorted().toList());
  }

  private static Operation pool(Settings s, Pooling kind) {
    Pair size = s.pair("pool_size", new Pair(2, 2));
    return new Pool(kind, size, s.pair("strides", size), padding(s), s.format());
  }

  private static Operation reshape(Settings s, List<Shape> inputs) {
    List<Integer> target = s.integers("target_shape");
    if (target.stream().anyMatch(size -> size < 1 && size != Shape.UNKNOWN)
        || target.stream().filter(size -> size == Shape.UNKNOWN).count() > 1) {
      throw s.invalid("positive sizes with at most one -1", target.toString());
    }
    return new Reshape(new Shape(target));
  }

  private static Operation permute(Settings s, List<Shape> inputs) {
    List<Integer> axes = s.integers("dims");
    int rank = inputs.get(0).rank();
    if (axes.size() != rank || !Set.copyOf(axes).equals(Set.copyOf(
        IntStream.rangeClosed(1, rank).boxed().toList()))) {
      throw s.invalid("each axis from 1 to " + rank + " once", axes.toString());
    }
    return new Permute(axes);
  }

  private static Operation dropout(Settings s, Dropout.Kind kind, String rate) {
    double value = s.real(rate, 0);
    if (value < 0 || kind != Dropout.Kind.GAUSSIAN_NOISE && value > 1) {
      throw s.invalid("a rate from 0 to 1", rate + " = " + value);
    }
    if (kind != Dropout.Kind.GAUSSIAN_NOISE && value == 1) {
      throw s.unsupported("a rate below 1", "one that drops all in training");
    }
    if (s.has("noise_shape")) {
      s.note("its noise_shape is not taken over: in training each element is dropped by itself.");
    }
    return new Dropout(kind, value, kind == Dropout.Kind.SPATIAL ? s.format() : DataFormat.CHANNELS_LAST);
  }
}
