package org.resnet4j.training.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.resnet4j.zoo.ResNet;
import org.resnet4j.zoo.ResNets;
import org.resnet4j.zoo.Stem;
import org.resnet4j.zoo.image.Preprocessing;
import org.resnet4j.zoo.weights.ModelWeights;
import org.resnet4j.zoo.weights.Safetensors;
import org.resnet4j.zoo.weights.SavedModel;
import picocli.CommandLine.Option;

/**
 * Which network {@code --model} and {@code --weights} mean: a zoo name, a saved folder, a weights file, or a name with
 * a file. A file or folder that tells its architecture needs no name; one that contradicts the name is refused.
 */
final class ModelSource {
  /** Notes in a weights file, by which it can be used on its own. */
  static final String MODEL_NOTE = "model";
  static final String CLASSES_NOTE = "classes";
  static final String PREPROCESSING_NOTE = "preprocessing";

  @Option(names = "--model", paramLabel = "NAME|FOLDER",
      description = "A model's name (see list), or the folder of a saved model.")
  String model;

  @Option(names = "--weights", paramLabel = "FILE|FOLDER",
      description = "Start from these weights: a safetensors file, or the folder of a saved model.")
  Path weights;

  @Option(names = "--image-size", paramLabel = "PIXELS",
      description = "Side of the net's input (default: 224; 32 for CIFAR nets; a saved model has its own).")
  Integer imageSize;

  @Option(names = "--preprocessing", paramLabel = "RULE",
      description = "How pixels become input, for weights that don't tell: torch, caffe, tf or unit (default: torch).")
  PreprocessingChoice preprocessing;

  /**
   * A network with weights.
   *
   * @param name the zoo name; empty when a saved folder doesn't tell
   * @param classes the outputs' names; empty when a weights file doesn't tell
   */
  record Loaded(Optional<String> name, ComputationGraph graph, Optional<List<String>> classes,
                Preprocessing preprocessing) {
    /** How its input lies in memory. */
    CNN2DFormat format() {
      return firstConvolution().map(ConvolutionLayer::getCnn2dDataFormat).orElse(CNN2DFormat.NCHW);
    }

    private Optional<ConvolutionLayer> firstConvolution() {
      return Stream.of(graph.getLayers()).map(layer -> layer.conf().getLayer())
          .filter(ConvolutionLayer.class::isInstance).map(ConvolutionLayer.class::cast).findFirst();
    }

    /** What a weights file of this network should tell. */
    static Map<String, String> notes(Optional<String> name, List<String> classes, Preprocessing preprocessing) {
      Map<String, String> notes = new HashMap<>();
      name.ifPresent(n -> notes.put(MODEL_NOTE, n));
      notes.put(CLASSES_NOTE, String.join("\n", classes));
      notes.put(PREPROCESSING_NOTE, preprocessing.toJson());
      return notes;
    }
  }

  /** Whether there are weights to start from, rather than random ones. */
  boolean pretrained() {
    return weights != null || model != null && isFolder(Path.of(model));
  }

  /** The zoo name when there are no weights. */
  String name() {
    if (model == null) {
      throw new CommandException(ExitCode.USAGE, "Name a model with --model (see list), or weights with --weights.");
    }
    if (model.contains("/") || model.contains("\\")) {
      throw new CommandException(ExitCode.BAD_MODEL, "--model " + model + ": no such folder.");
    }
    return ResNets.spec(model).name();
  }

  /** The net's usual input, in pixels, unless the user asks for another. */
  int imageSize(String name) {
    if (imageSize != null && (imageSize < 1 || imageSize > Preprocessing.MAX_SIDE)) {
      throw new CommandException(ExitCode.USAGE,
          "--image-size is 1 to " + Preprocessing.MAX_SIDE + " pixels; found " + imageSize + ".");
    }
    return imageSize != null ? imageSize : ResNets.spec(name).stem() == Stem.CIFAR ? 32 : 224;
  }

  /**
   * Loads what is named.
   *
   * @throws CommandException if the options contradict each other or the files
   */
  Loaded load() {
    if (weights == null) {
      if (model == null || !isFolder(Path.of(model))) {
        throw new CommandException(ExitCode.USAGE,
            "--model " + name() + " is a zoo name, which has no weights; add --weights, or name a saved folder.");
      }
      return folder(Path.of(model));
    }
    if (model != null && isFolder(Path.of(model))) {
      throw new CommandException(ExitCode.USAGE, "--model " + model + " is a saved folder, which has its weights; leave"
          + " out --weights.");
    }
    if (Files.isDirectory(weights)) {
      Loaded loaded = folder(weights);
      checkConflict(weights, loaded.name());
      return loaded;
    }
    if (Files.notExists(weights)) {
      throw new CommandException(ExitCode.BAD_MODEL, "--weights " + weights + ": no such file.");
    }
    try (Safetensors file = Safetensors.open(weights)) {
      return file(file);
    }
  }

  private static boolean isFolder(Path path) {
    return Files.isDirectory(path);
  }

  private Loaded folder(Path folder) {
    if (imageSize != null || preprocessing != null) {
      throw new CommandException(ExitCode.USAGE, folder + " is a saved model, which has its own image size and"
          + " preprocessing; leave out --image-size and --preprocessing.");
    }
    SavedModel saved = SavedModel.load(folder);
    Loaded loaded = new Loaded(Optional.ofNullable(saved.metadata().get(MODEL_NOTE)), saved.graph(),
        Optional.of(saved.classes()), saved.preprocessing());
    int channels = saved.preprocessing().channels().count();
    loaded.firstConvolution().filter(c -> c.getNIn() != channels).ifPresent(c -> {
      throw new CommandException(ExitCode.BAD_MODEL, folder + ": the network takes " + c.getNIn() + " channels, but"
          + " its " + SavedModel.PREPROCESSING + " gives " + channels + ".");
    });
    return loaded;
  }

  private Loaded file(Safetensors file) {
    Map<String, String> notes = file.metadata();
    Optional<String> told = Optional.ofNullable(notes.get(MODEL_NOTE));
    checkConflict(weights, told);
    String name = model != null ? model : told.orElseThrow(() -> new CommandException(ExitCode.USAGE,
        weights + " doesn't tell its architecture; name it with --model."));
    Preprocessing input = preprocessing(notes, name);
    long[] head = file.shapes().get("logits.bias");
    if (head == null) {
      throw new CommandException(ExitCode.BAD_MODEL,
          weights + " has no tensor logits.bias, so it is no whole network of this zoo.");
    }
    ResNet net = ResNets.named(name).numClasses((int) head[0])
        .inputShape(input.channels().count(), input.height(), input.width()).build();
    ComputationGraph graph = net.init();
    ModelWeights.load(graph, file);
    return new Loaded(Optional.of(name), graph,
        Optional.ofNullable(notes.get(CLASSES_NOTE)).map(c -> c.lines().toList()), input);
  }

  private Preprocessing preprocessing(Map<String, String> notes, String name) {
    String told = notes.get(PREPROCESSING_NOTE);
    if (told != null && preprocessing == null && imageSize == null) {
      try {
        return Preprocessing.fromJson(told);
      } catch (IllegalArgumentException e) {
        throw new CommandException(ExitCode.BAD_MODEL, weights + ": " + e.getMessage());
      }
    }
    return (preprocessing == null ? PreprocessingChoice.TORCH : preprocessing).at(imageSize(name));
  }

  private void checkConflict(Path file, Optional<String> told) {
    if (model != null) {
      ResNets.spec(model);
      told.filter(name -> !name.equals(model)).ifPresent(name -> {
        throw new CommandException(ExitCode.BAD_MODEL,
            file + " holds a " + name + ", but --model says " + model + "; leave out one of them.");
      });
    }
  }
}
