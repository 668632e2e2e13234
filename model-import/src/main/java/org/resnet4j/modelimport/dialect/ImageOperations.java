package org.resnet4j.modelimport.dialect;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.resnet4j.modelimport.model.Operation;
import org.resnet4j.modelimport.model.Operation.Affine;
import org.resnet4j.modelimport.model.Operation.Border;
import org.resnet4j.modelimport.model.Operation.Constant;
import org.resnet4j.modelimport.model.Operation.Cropping;
import org.resnet4j.modelimport.model.Operation.DataFormat;
import org.resnet4j.modelimport.model.Operation.Identity;
import org.resnet4j.modelimport.model.Operation.Interpolation;
import org.resnet4j.modelimport.model.Operation.Normalize;
import org.resnet4j.modelimport.model.Operation.Pair;
import org.resnet4j.modelimport.model.Operation.Resize;
import org.resnet4j.modelimport.model.Operation.UpSampling;
import org.resnet4j.modelimport.model.Shape;

/** Layers that prepare, enlarge or augment images. */
final class ImageOperations {
  /** Those that give their input at inference; {@code RandomCrop}, {@code AutoContrast} and {@code CLAHE} do not. */
  static final Set<String> AUGMENTATIONS = Set.of("RandomFlip", "RandomRotation", "RandomZoom", "RandomTranslation",
      "RandomContrast", "RandomBrightness", "RandomHeight", "RandomWidth", "RandomHue", "RandomSaturation",
      "RandomColorJitter", "RandomColorDegeneration", "RandomGrayscale", "RandomSharpness", "RandomPosterization",
      "RandomShear", "RandomPerspective", "RandomGaussianBlur", "RandomInvert", "RandomElasticTransform",
      "RandomErasing", "RandAugment", "AugMix", "MixUp", "CutMix", "Solarization", "Equalization");

  static final Map<String, LayerOperations.Reader> LAYERS = layers();

  // Keras's own: a divisor is at least this.
  private static final double EPSILON = 1e-7;

  private ImageOperations() {}

  private static Map<String, LayerOperations.Reader> layers() {
    Map<String, LayerOperations.Reader> layers = new HashMap<>();
    AUGMENTATIONS.forEach(name -> layers.put(name, (settings, inputs) -> {
      settings.note(name + " changes images in training only, and is left out.");
      return new Identity();
    }));
    layers.put("Rescaling", ImageOperations::rescaling);
    layers.put("Normalization", ImageOperations::normalization);
    layers.put("Resizing", ImageOperations::resizing);
    layers.put("CenterCrop", ImageOperations::centerCrop);
    layers.put("UpSampling2D", (s, inputs) -> new UpSampling(s.pair("size", new Pair(2, 2)),
        interpolation(s, "nearest"), s.format()));
    return layers;
  }

  private static Operation rescaling(Settings s, List<Shape> inputs) {
    return new Affine(constant(s, "scale", 1, inputs.get(0)), constant(s, "offset", 0, inputs.get(0)));
  }

  private static Constant constant(Settings s, String name, double fallback, Shape input) {
    return s.has(name) ? Constants.read(s.get(name), input, s) : Constant.scalar(fallback);
  }

  private static Operation normalization(Settings s, List<Shape> inputs) {
    Shape input = inputs.get(0);
    List<Integer> axes = s.has("axis")
        ? s.integers("axis").stream().map(axis -> s.axis(axis, input.rank())).sorted().toList() : List.of();
    boolean invert = s.flag("invert", false);
    if (s.has("mean") != s.has("variance")) {
      throw s.invalid("mean and variance together", "one of them");
    }
    if (!s.has("mean")) {
      return new Normalize(axes, invert);
    }
    // Keras reshapes them to the input's rank, with 1 for every other axis, and repeats a single number.
    List<Double> mean = numbers(s, "mean");
    List<Double> variance = numbers(s, "variance");
    int count = axes.stream().mapToInt(input::size).reduce(1, Math::multiplyExact);
    if (mean.size() != variance.size() || mean.size() != 1 && mean.size() != count
        || variance.stream().anyMatch(value -> value < 0)) {
      throw s.invalid("a mean and a variance of 0 or more for each of " + count + " positions",
          mean.size() + " and " + variance.size() + " numbers");
    }
    List<Integer> sizes = new ArrayList<>();
    for (int axis = 1; axis <= input.rank(); axis++) {
      sizes.add(axes.contains(axis) ? input.size(axis) : 1);
    }
    Shape shape = mean.size() == 1 ? Shape.of() : new Shape(sizes);
    List<Float> scale = new ArrayList<>();
    List<Float> offset = new ArrayList<>();
    for (int i = 0; i < mean.size(); i++) {
      double deviation = Math.max(Math.sqrt(variance.get(i)), EPSILON);
      scale.add((float) (invert ? deviation : 1 / deviation));
      offset.add((float) (invert ? mean.get(i) : -mean.get(i) / deviation));
    }
    return new Affine(new Constant(scale, shape), new Constant(offset, shape));
  }

  private static List<Double> numbers(Settings s, String name) {
    return Constants.flat(Settings.unwrapped(s.get(name)), s);
  }

  private static Operation resizing(Settings s, List<Shape> inputs) {
    s.refuse("crop_to_aspect_ratio", "resizing that may change the aspect ratio");
    s.refuse("pad_to_aspect_ratio", "resizing that may change the aspect ratio");
    s.refuse("antialias", "resizing without antialiasing");
    return new Resize(new Pair(s.positive("height", 0), s.positive("width", 0)), interpolation(s, "bilinear"),
        s.format());
  }

  private static Interpolation interpolation(Settings s, String fallback) {
    return switch (s.text("interpolation", fallback)) {
      case "nearest" -> Interpolation.NEAREST;
      case "bilinear" -> Interpolation.BILINEAR;
      case "bicubic" -> Interpolation.BICUBIC;
      default -> throw s.unsupported("interpolation nearest, bilinear or bicubic",
          Settings.found(s.get("interpolation")));
    };
  }

  private static Operation centerCrop(Settings s, List<Shape> inputs) {
    DataFormat format = s.format();
    Shape input = inputs.get(0);
    if (input.rank() != 3) {
      throw s.invalid("an image", input.toString());
    }
    int first = format == DataFormat.CHANNELS_LAST ? 1 : 2;
    int height = input.size(first) - s.positive("height", 0);
    int width = input.size(first + 1) - s.positive("width", 0);
    if (height < 0 || width < 0) {
      throw s.unsupported("a crop of an image that is known to be at least as large", input.toString());
    }
    return new Cropping(new Border(height / 2, height - height / 2, width / 2, width - width / 2), format);
  }
}
