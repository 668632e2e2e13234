package org.resnet4j.training.cli;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.resnet4j.modelimport.ImportedModel;
import org.resnet4j.modelimport.graph.LayerMapping;
import org.resnet4j.modelimport.model.Shape;
import org.resnet4j.zoo.NetworkInput;
import org.resnet4j.zoo.image.Channels;
import org.resnet4j.zoo.image.Preprocessing;

/**
 * How an image becomes the input of an imported Keras model. A Keras file doesn't tell: what the model's own layers
 * show is taken, else what keras.applications' networks are fed, else [0, 1]; the user may name another rule.
 *
 * @param preprocessing for the model's input size
 * @param reason why this rule, for the user to read; empty if the user named it
 */
record KerasPixels(Preprocessing preprocessing, Optional<String> reason) {
  private static final int USUAL_SIZE = 224;
  /** Layers that do arithmetic on pixels of 0..255, before a model's first convolution. */
  private static final Set<String> ARITHMETIC =
      Set.of("Rescaling", "Normalization", "TFOpLambda", "SlicingOpLambda", "TrueDivide", "Divide", "Subtract", "GetItem",
          "Stack", "Multiply");

  /**
   * Of an image model.
   *
   * @throws CommandException if the model takes no images, or its size isn't the one asked for
   */
  static KerasPixels of(ImportedModel model, ImageRule rule, Object file) {
    rule.check();
    if (model.inputs().size() != 1 || model.inputs().get(0).shape().rank() != 3) {
      throw new CommandException(ExitCode.BAD_MODEL, file + " takes " + model.inputs().stream()
          .map(input -> input.shape().toString()).collect(Collectors.joining(" and ")) + ", which is not one image.");
    }
    NetworkInput input = NetworkInput.of(model.graph());
    Shape shape = model.inputs().get(0).shape();
    boolean last = input.format() == CNN2DFormat.NHWC;
    int height = side(shape.size(last ? 1 : 2), rule.imageSize, file);
    int width = side(shape.size(last ? 2 : 3), rule.imageSize, file);
    PreprocessingChoice choice = rule.preprocessing;
    Optional<String> reason = Optional.empty();
    if (choice == null) {
      choice = guess(model.layers());
      reason = Optional.of(switch (choice) {
        case RAW -> "its own layers rescale pixels of 0..255";
        case CAFFE -> "its layers are named as those of keras.applications' ResNet50, which is fed so";
        case TF -> "its layers are named as those of keras.applications' ResNet50V2, which is fed so";
        default -> "a Keras file doesn't tell, and most models of one's own are fed x / 255";
      });
    }
    Preprocessing square = choice.at(Math.max(height, width)).withCrop(height, width);
    if (input.channels() == 1 && choice == PreprocessingChoice.UNIT) {
      square = Preprocessing.unit(Math.max(height, width), Channels.GREY).withCrop(height, width);
    } else if (input.channels() == 1 && choice == PreprocessingChoice.RAW) {
      square = Preprocessing.raw(Math.max(height, width), Channels.GREY).withCrop(height, width);
    } else if (input.channels() != square.channels().count()) {
      throw new CommandException(ExitCode.BAD_MODEL, file + " takes " + input.channels() + " channels, which"
          + " --preprocessing " + choice.toString().toLowerCase(Locale.ROOT) + " doesn't give.");
    }
    PreprocessingChoice chosen = choice;
    return new KerasPixels(square, reason.map(why -> "Pixels become input by --preprocessing "
        + chosen.toString().toLowerCase(Locale.ROOT) + ": " + why + "."));
  }

  private static int side(int own, Integer asked, Object file) {
    if (own == Shape.UNKNOWN) {
      return asked == null ? USUAL_SIZE : asked;
    }
    if (asked != null && asked != own) {
      throw new CommandException(ExitCode.USAGE, file + " takes images with a side of " + own
          + " pixels; leave out --image-size.");
    }
    return own;
  }

  private static PreprocessingChoice guess(List<LayerMapping> layers) {
    for (LayerMapping layer : layers) {
      if (ARITHMETIC.contains(layer.className())) {
        return PreprocessingChoice.RAW;
      }
      if (layer.className().endsWith("Conv2D")) {
        break;
      }
    }
    Set<String> names = layers.stream().map(LayerMapping::layer).map(path -> path.substring(path.lastIndexOf('/') + 1))
        .collect(Collectors.toSet());
    return names.contains("conv2_block1_preact_bn") ? PreprocessingChoice.TF
        : names.contains("conv2_block1_1_conv") ? PreprocessingChoice.CAFFE : PreprocessingChoice.UNIT;
  }
}
