package org.resnet4j.zoo.image;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.awt.Rectangle;
import java.awt.image.BufferedImage;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * How an image becomes a network's input: resize and crop to height x width, then {@code (pixel * scale - mean) / std}
 * for each channel, pixels being 0..255 and mean and std in the order of {@code channels}.
 *
 * <p>It belongs to the weights: a network sees well only what it was trained on. The constructor throws
 * {@link IllegalArgumentException} when the values make no sense.
 */
public record Preprocessing(int height, int width, Resize resize, Interpolation interpolation, Channels channels,
                            double scale, List<Double> mean, List<Double> std) {

  /** The longest side of a network's input, in pixels. */
  public static final int MAX_SIDE = 4096;

  private static final JsonMapper JSON = JsonMapper.builder()
      .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
      .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES, DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES,
          DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES, DeserializationFeature.FAIL_ON_TRAILING_TOKENS,
          DeserializationFeature.FAIL_ON_NUMBERS_FOR_ENUMS)
      .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
      .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
      .enable(SerializationFeature.INDENT_OUTPUT)
      .build();

  public Preprocessing {
    require(resize != null, "resize", "given", null);
    require(interpolation != null, "interpolation", "one of " + List.of(Interpolation.values()), null);
    require(channels != null, "channels", "one of " + List.of(Channels.values()), null);
    require(mean != null && mean.stream().noneMatch(Objects::isNull), "mean", "a list of numbers", mean);
    require(std != null && std.stream().noneMatch(Objects::isNull), "std", "a list of numbers", std);
    mean = List.copyOf(mean);
    std = List.copyOf(std);
    require(height >= 1 && height <= MAX_SIDE, "height", "1 to " + MAX_SIDE, height);
    require(width >= 1 && width <= MAX_SIDE, "width", "1 to " + MAX_SIDE, width);
    if (resize instanceof Resize.ShorterSide shorter) {
      int least = Math.max(height, width);
      require(shorter.length() >= least && shorter.length() <= 2 * MAX_SIDE, "resize length",
          least + " to " + 2 * MAX_SIDE + ", so that the crop fits", shorter.length());
    }
    require(Double.isFinite(scale) && scale != 0, "scale", "a finite number other than 0", scale);
    require(mean.size() == channels.count(), "mean", channels.count() + " numbers for " + channels, mean);
    require(std.size() == channels.count(), "std", channels.count() + " numbers for " + channels, std);
    for (int c = 0; c < channels.count(); c++) {
      require(Float.isFinite(mean.get(c).floatValue()), "mean of channel " + c, "a finite number", mean.get(c));
      require(std.get(c) > 0 && Double.isFinite(std.get(c)), "std of channel " + c, "a finite number above 0",
          std.get(c));
      require(Float.isFinite(normal(255, scale, mean.get(c), std.get(c)))
          && Float.isFinite(normal(0, scale, mean.get(c), std.get(c))), "scale, mean and std of channel " + c,
          "inputs that a float can hold", List.of(scale, mean.get(c), std.get(c)));
    }
  }

  private static void require(boolean holds, String what, String expected, Object found) {
    if (!holds) {
      throw new IllegalArgumentException("preprocessing: " + what + " must be " + expected + ", found " + found);
    }
  }

  /**
   * PyTorch's: [0, 1], then ImageNet's mean and standard deviation (torchvision, timm). torchvision's V2 weights want
   * {@code withResize(new Resize.ShorterSide(232))}.
   */
  public static Preprocessing torch(int size) {
    return new Preprocessing(size, size, croppedFromLarger(size), Interpolation.BILINEAR, Channels.RGB, 1 / 255.0,
        List.of(0.485, 0.456, 0.406), List.of(0.229, 0.224, 0.225));
  }

  /**
   * Caffe's and Keras ResNet50's: BGR, 0..255, minus ImageNet's mean colour.
   *
   * <p>Resize and crop are those of the published accuracies, a centre crop. Keras's tutorials load with
   * {@code load_img(target_size=...)} instead, here {@code withResize(new Resize.Stretch())} and
   * {@code withInterpolation(Interpolation.NEAREST)}.
   */
  public static Preprocessing caffe(int size) {
    return new Preprocessing(size, size, croppedFromLarger(size), Interpolation.BILINEAR, Channels.BGR, 1,
        List.of(103.939, 116.779, 123.68), List.of(1.0, 1.0, 1.0));
  }

  /** TensorFlow's and Keras ResNet50V2's: [-1, 1]; resize and crop as in {@link #caffe}. */
  public static Preprocessing tf(int size) {
    return new Preprocessing(size, size, croppedFromLarger(size), Interpolation.BILINEAR, Channels.RGB, 1 / 127.5,
        List.of(1.0, 1.0, 1.0), List.of(1.0, 1.0, 1.0));
  }

  /** [0, 1], RGB, the whole shorter side kept: for networks trained here, small images above all. */
  public static Preprocessing unit(int size) {
    return unit(size, Channels.RGB);
  }

  /** [0, 1], the whole shorter side kept. */
  public static Preprocessing unit(int size, Channels channels) {
    return new Preprocessing(size, size, new Resize.ShorterSide(size), Interpolation.BILINEAR, channels, 1 / 255.0,
        Collections.nCopies(channels.count(), 0.0), Collections.nCopies(channels.count(), 1.0));
  }

  /** 0..255, RGB, the whole shorter side kept: for networks that rescale pixels themselves. */
  public static Preprocessing raw(int size) {
    return raw(size, Channels.RGB);
  }

  /** 0..255, the whole shorter side kept. */
  public static Preprocessing raw(int size, Channels channels) {
    return new Preprocessing(size, size, new Resize.ShorterSide(size), Interpolation.BILINEAR, channels, 1,
        Collections.nCopies(channels.count(), 0.0), Collections.nCopies(channels.count(), 1.0));
  }

  /** The evaluation crop of ImageNet: 224 out of 256. */
  private static Resize croppedFromLarger(int size) {
    require(size >= 1 && size <= MAX_SIDE, "size", "1 to " + MAX_SIDE, size);
    return new Resize.ShorterSide((int) Math.round(size * 256 / 224.0));
  }

  /** The same with other statistics, of {@code pixel * scale}, a number a channel. */
  public Preprocessing withChannelStatistics(List<Double> mean, List<Double> std) {
    return new Preprocessing(height, width, resize, interpolation, channels, scale, mean, std);
  }

  public Preprocessing withResize(Resize resize) {
    return new Preprocessing(height, width, resize, interpolation, channels, scale, mean, std);
  }

  /** The same for an input of another height and width, of which neither is larger than before. */
  public Preprocessing withCrop(int height, int width) {
    return new Preprocessing(height, width, resize, interpolation, channels, scale, mean, std);
  }

  public Preprocessing withInterpolation(Interpolation interpolation) {
    return new Preprocessing(height, width, resize, interpolation, channels, scale, mean, std);
  }

  /** The numbers in one network input: channels * height * width. */
  public int inputLength() {
    return channels.count() * height * width;
  }

  /** The image as the network's input: [1, C, H, W] or [1, H, W, C], float32. */
  public INDArray apply(BufferedImage image, CNN2DFormat format) {
    float[] values = new float[inputLength()];
    apply(image, format, values, 0);
    return Nd4j.create(values, shape(1, format), 'c');
  }

  /** Writes the image's {@link #inputLength()} values into {@code target} from {@code offset}, in row-major order. */
  public void apply(BufferedImage image, CNN2DFormat format, float[] target, int offset) {
    normalize(fit(image), format, target, offset);
  }

  /** [N, C, H, W] or [N, H, W, C]. */
  public long[] shape(long images, CNN2DFormat format) {
    return format == CNN2DFormat.NCHW
        ? new long[] {images, channels.count(), height, width}
        : new long[] {images, height, width, channels.count()};
  }

  /** The first half of {@link #apply}: resize and crop to height x width, TYPE_INT_RGB, rounded as torchvision does. */
  public BufferedImage fit(BufferedImage image) {
    Rectangle whole = new Rectangle(image.getWidth(), image.getHeight());
    if (resize instanceof Resize.ShorterSide shorter) {
      long shortSide = Math.min(whole.width, whole.height);
      long resizedWidth = (long) shorter.length() * whole.width / shortSide;
      long resizedHeight = (long) shorter.length() * whole.height / shortSide;
      Rectangle crop = new Rectangle(centered(resizedWidth - width), centered(resizedHeight - height), width, height);
      return interpolation.resize(image, whole, resizedWidth, resizedHeight, crop);
    }
    return interpolation.resize(image, whole, width, height);
  }

  private static int centered(long margin) {
    return Math.toIntExact((long) Math.rint(margin / 2.0));
  }

  /**
   * The second half of {@link #apply}: numbers from an image that has the network's size already.
   *
   * @throws IllegalArgumentException if the image is not height x width
   */
  public void normalize(BufferedImage sized, CNN2DFormat format, float[] target, int offset) {
    tables().normalize(sized, format, target, offset);
  }

  /** What {@link #normalize} looks values up in: for those who normalise many images. */
  public PixelTables tables() {
    return new PixelTables(this);
  }

  /** The network's number for each value 0..255 of a channel. */
  float[] table(int channel) {
    float[] table = new float[256];
    for (int value = 0; value < table.length; value++) {
      table[value] = normal(value, scale, mean.get(channel), std.get(channel));
    }
    return table;
  }

  private static float normal(int value, double scale, double mean, double std) {
    return (float) ((value * scale - mean) / std);
  }

  /** What {@link #fromJson} reads. */
  public String toJson() {
    try {
      return JSON.writeValueAsString(this);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a record of numbers and enums is always JSON", e);
    }
  }

  /**
   * Reads {@link #toJson}'s output, strictly: every field once, no other fields.
   *
   * @throws IllegalArgumentException naming the field, what was expected and what was found
   */
  public static Preprocessing fromJson(String json) {
    try {
      Preprocessing read = JSON.readValue(json, Preprocessing.class);
      if (read == null) {
        throw new IllegalArgumentException("preprocessing: expected a JSON object, found null");
      }
      return read;
    } catch (JsonMappingException e) {
      if (e.getCause() instanceof IllegalArgumentException refused) {
        throw refused;
      }
      String field = e.getPath().stream()
          .map(step -> step.getFieldName() != null ? step.getFieldName() : "[" + step.getIndex() + "]")
          .collect(Collectors.joining("."));
      throw new IllegalArgumentException("preprocessing: field '" + field + "': " + e.getOriginalMessage(), e);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("preprocessing: not JSON: " + e.getOriginalMessage() + " at line "
          + e.getLocation().getLineNr(), e);
    }
  }
}
