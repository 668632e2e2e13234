package org.resnet4j.training.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.resnet4j.modelimport.ImportedModel;
import org.resnet4j.modelimport.pytorch.PyTorchFile;
import org.resnet4j.modelimport.pytorch.PyTorchNames;
import org.resnet4j.modelimport.tensorflow.SlimCheckpoint;
import org.resnet4j.modelimport.tensorflow.SlimCheckpoint.Averages;
import org.resnet4j.zoo.NetworkInput;
import org.resnet4j.zoo.ResNet;
import org.resnet4j.zoo.ResNetSpec;
import org.resnet4j.zoo.ResNetTransfer;
import org.resnet4j.zoo.ResNetWeights;
import org.resnet4j.zoo.ResNets;
import org.resnet4j.zoo.Stem;
import org.resnet4j.zoo.image.Preprocessing;
import org.resnet4j.zoo.image.Resize;
import org.resnet4j.zoo.layer.FeatureOutput;
import org.resnet4j.zoo.weights.ModelWeights;
import org.resnet4j.zoo.weights.Safetensors;
import org.resnet4j.zoo.weights.SavedModel;
import org.resnet4j.zoo.weights.TensorSource;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Which network {@code --model} and {@code --weights} mean: a zoo name, a saved folder, a weights file, or a name with
 * a file. A file or folder that tells its architecture needs no name; one that contradicts the name is refused.
 */
public final class ModelSource {
  private static final byte[] HDF5 = {(byte) 0x89, 'H', 'D', 'F'};
  private static final byte[] ZIP = {'P', 'K', 3, 4};

  /** Notes in a weights file, by which it can be used on its own. */
  static final String MODEL_NOTE = "model";
  static final String CLASSES_NOTE = "classes";
  static final String PREPROCESSING_NOTE = "preprocessing";

  @Option(names = "--model", paramLabel = "NAME|FOLDER|FILE.json",
      description = "A model's name (see list), the folder of a saved model, or, for Keras weights alone, the JSON of"
          + " their architecture.")
  String model;

  @Option(names = "--weights", paramLabel = "FILE|FOLDER|NAME",
      description = "Start from these weights: a safetensors file, a Keras model (.h5, .keras), a PyTorch state dict"
          + " (.pth, .pt, .th), a TF-slim checkpoint, the folder of a saved model, or the name of a published set (see"
          + " list --weights), which is fetched once.")
  Path weights;

  @Option(names = "--averages",
      description = "Of a TF-slim checkpoint, take the weights' moving averages (ExponentialMovingAverage).")
  boolean averages;

  @Mixin
  ImageRule rule;

  /**
   * A network with weights.
   *
   * @param name the zoo name; empty when a saved folder doesn't tell
   * @param classes the outputs' names; empty when a weights file doesn't tell
   */
  record Loaded(Optional<String> name, ComputationGraph graph, Optional<List<String>> classes,
                Preprocessing preprocessing) {
    /**
     * The same, which can tell classes apart.
     *
     * @throws CommandException if the network ends in features
     */
    Loaded classifying() {
      if (graph.getOutputLayer(0).conf().getLayer() instanceof FeatureOutput) {
        throw new CommandException(ExitCode.BAD_MODEL,
            "The network ends in features and knows no classes; finetune gives it a head and trains it.");
      }
      return this;
    }

    /** The same with nothing frozen: what to freeze is for the plan to say. */
    Loaded thawed() {
      return new Loaded(name, ResNetTransfer.unfreeze(graph), classes, preprocessing);
    }

    /** How its input lies in memory. */
    CNN2DFormat format() {
      return NetworkInput.of(graph).format();
    }

    /** How many values a network gives for an image. */
    static long outputs(ComputationGraph graph) {
      return ResNetTransfer.outputs(graph);
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

  /**
   * Takes a word that may mean a network in any of the ways there are: a file or folder, a zoo name, or a published set.
   * A zoo name is that in its own letters: {@code CIFAR_RESNET20} is a set for {@code cifar_resnet20}.
   *
   * @param word null for none
   * @throws CommandException if the options name a network, too
   */
  void named(String word) {
    if (word == null) {
      return;
    }
    if (model != null || weights != null) {
      throw new CommandException(ExitCode.USAGE, "MODEL says what " + (model != null ? "--model" : "--weights")
          + " says: leave out one of them.");
    }
    Path path = Path.of(word);
    boolean inZooLetters = word.equals(word.toLowerCase(Locale.ROOT));
    if (Files.exists(path) || word.matches(".*[./\\\\].*")
        || !inZooLetters && PublishedSource.named(path).isPresent()) {
      weights = path;
    } else {
      model = word;
    }
  }

  /** The network that is meant, in the user's words. */
  String shown() {
    return weights != null ? weights.toString() : model;
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
    return imageSize(ResNets.spec(name));
  }

  private int imageSize(ResNetSpec spec) {
    rule.check();
    return rule.imageSize != null ? rule.imageSize : spec.stem() == Stem.CIFAR ? 32 : 224;
  }

  /**
   * Loads what is named.
   *
   * @throws CommandException if the options contradict each other or the files
   */
  Loaded load(PrintStream err) throws IOException {
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
    if (isCheckpoint(weights)) {
      SlimCheckpoint checkpoint = SlimCheckpoint.open(weights, averages ? Averages.USE : Averages.IGNORE);
      return network(checkpoint.tensors(), Map.of(), Optional.of(checkpoint.spec()), PreprocessingChoice.TF);
    }
    if (averages) {
      throw new CommandException(ExitCode.USAGE, "--averages is for a TF-slim checkpoint; " + weights + " is none.");
    }
    Optional<ResNetWeights> set = PublishedSource.named(weights);
    if (set.isPresent()) {
      checkConflict(weights, Optional.of(set.get().spec().name()));
      return PublishedSource.load(set.get(), rule, err);
    }
    if (Files.isDirectory(weights)) {
      Loaded loaded = folder(weights);
      checkConflict(weights, loaded.name());
      return loaded;
    }
    if (Files.notExists(weights)) {
      throw new CommandException(ExitCode.BAD_MODEL, "--weights " + weights
          + ": no such file, and no published set of that name (see list --weights).");
    }
    if (isKeras(weights)) {
      return keras(err);
    }
    if (PyTorchFile.looksLikeOne(weights)) {
      try (PyTorchFile file = PyTorchFile.open(weights)) {
        return pyTorch(file, Map.of());
      }
    }
    try (Safetensors file = Safetensors.open(weights)) {
      return file.shapes().containsKey("logits.bias")
          ? network(file, file.metadata(), Optional.empty(), PreprocessingChoice.TORCH)
          : pyTorch(file, file.metadata());
    }
  }

  /**
   * Loads what is named for predicting.
   *
   * @throws CommandException if it names no classes, or the options contradict each other or the files
   */
  public SavedModel classifier(PrintStream err) throws IOException {
    Loaded loaded = load(err).classifying();
    List<String> classes = loaded.classes().orElseThrow(() -> new CommandException(ExitCode.BAD_MODEL,
        weights + " doesn't name its classes; name them with --classes, or the folder of a saved model."));
    return new SavedModel(loaded.graph(), classes, loaded.preprocessing(), Map.of());
  }

  /** Loads what is named; of a zoo name alone, a new network with random weights. */
  Loaded loadOrRandom(PrintStream err) throws IOException {
    if (pretrained()) {
      return load(err);
    }
    String name = name();
    int size = imageSize(name);
    try {
      ComputationGraph graph = ResNets.named(name).inputShape(3, size, size).build().init();
      return new Loaded(Optional.of(name), graph, Optional.empty(), Preprocessing.torch(size));
    } catch (IllegalArgumentException e) {
      throw new CommandException(ExitCode.USAGE, e.getMessage());
    }
  }

  /** A prefix of files, one of them, or a folder with TensorFlow's list of them. */
  private static boolean isCheckpoint(Path path) {
    return path.getFileName() != null && path.getFileName().toString()
        .matches("checkpoint|.*\\.ckpt(-\\d+)?|.*\\.(index|meta|data-\\d{5}-of-\\d{5})")
        || Files.exists(path.resolve("checkpoint")) || Files.exists(path.resolveSibling(path.getFileName() + ".index"));
  }

  /** By its first bytes; a name that says so gets the importer's message for what is inside. */
  static boolean isKeras(Path file) throws IOException {
    if (file.toString().matches("(?i).*\\.(h5|hdf5|keras)")) {
      return true;
    }
    if (PyTorchFile.looksLikeOne(file)) {
      return false;
    }
    try (InputStream in = Files.newInputStream(file)) {
      byte[] start = in.readNBytes(4);
      return Arrays.equals(start, HDF5) || Arrays.equals(start, ZIP);
    }
  }

  private Loaded keras(PrintStream err) throws IOException {
    ImportedModel model = KerasSource.load(weights, this.model, err);
    model.notes().forEach(note -> err.println("Note: " + Printable.of(note)));
    ComputationGraph graph = KerasSource.classifier(model, weights, err);
    KerasPixels pixels = KerasPixels.of(model, rule, weights);
    pixels.reason().ifPresent(reason -> err.println(Printable.of(reason)));
    Optional<String> zooName = this.model == null || this.model.endsWith(".json") ? Optional.empty()
        : Optional.of(this.model);
    return new Loaded(zooName, graph, classes(Optional.empty(), graph), pixels.preprocessing());
  }

  /** The user's, else those that a file tells. */
  private Optional<List<String>> classes(Optional<List<String>> told, ComputationGraph graph) throws IOException {
    return rule.classes == null ? told : Optional.of(rule.classes(Loaded.outputs(graph)));
  }

  private static boolean isFolder(Path path) {
    return Files.isDirectory(path);
  }

  private Loaded folder(Path folder) {
    if (rule.given()) {
      throw new CommandException(ExitCode.USAGE, folder + " is a saved model, which has its own image size,"
          + " preprocessing and classes; leave out --image-size, --preprocessing and --classes.");
    }
    SavedModel saved = SavedModel.load(folder);
    Loaded loaded = new Loaded(Optional.ofNullable(saved.metadata().get(MODEL_NOTE)), saved.graph(),
        Optional.of(saved.classes()), saved.preprocessing());
    int channels = saved.preprocessing().channels().count();
    long taken = NetworkInput.of(saved.graph()).channels();
    if (taken != channels) {
      throw new CommandException(ExitCode.BAD_MODEL, folder + ": the network takes " + taken + " channels, but its "
          + SavedModel.PREPROCESSING + " gives " + channels + ".");
    }
    return loaded;
  }

  /** Tensors in PyTorch's names. */
  private Loaded pyTorch(TensorSource file, Map<String, String> notes) throws IOException {
    TensorSource tensors = PyTorchNames.canonical(file);
    return network(tensors, notes, PyTorchNames.model(tensors), PreprocessingChoice.TORCH);
  }

  /**
   * A network of the zoo with these weights.
   *
   * @param notes that the file has of itself
   * @param shown what names and shapes show to those who give no name; variants may look alike
   * @param usual how such a network is fed
   */
  private Loaded network(TensorSource tensors, Map<String, String> notes, Optional<ResNetSpec> shown,
      PreprocessingChoice usual) throws IOException {
    Optional<String> told = Optional.ofNullable(notes.get(MODEL_NOTE));
    checkConflict(weights, told);
    ResNetSpec spec = model != null ? ResNets.spec(model) : told.map(ResNets::spec).or(() -> shown)
        .orElseThrow(() -> new CommandException(ExitCode.USAGE,
            weights + " doesn't tell its architecture; name it with --model."));
    Preprocessing input = preprocessing(notes, spec, usual);
    long[] head = tensors.shapes().get("logits.bias");
    if (head == null) {
      throw new CommandException(ExitCode.BAD_MODEL,
          weights + " has no tensor logits.bias, so it is no whole network of this zoo.");
    }
    ResNet net = ResNets.named(spec.name()).spec(spec).numClasses((int) head[0])
        .inputShape(input.channels().count(), input.height(), input.width()).build();
    ComputationGraph graph = net.init();
    ModelWeights.load(graph, tensors);
    return new Loaded(Optional.of(spec.name()), graph,
        classes(Optional.ofNullable(notes.get(CLASSES_NOTE)).map(c -> c.lines().toList()), graph), input);
  }

  private Preprocessing preprocessing(Map<String, String> notes, ResNetSpec spec, PreprocessingChoice usual) {
    String told = notes.get(PREPROCESSING_NOTE);
    if (told != null && rule.preprocessing == null && rule.imageSize == null) {
      try {
        return Preprocessing.fromJson(told);
      } catch (IllegalArgumentException e) {
        throw new CommandException(ExitCode.BAD_MODEL, weights + ": " + e.getMessage());
      }
    }
    int size = imageSize(spec);
    Preprocessing asked = (rule.preprocessing == null ? usual : rule.preprocessing).at(size);
    // Small images are fed as they are; the margin that is cut off is a habit of ImageNet's.
    return spec.stem() == Stem.CIFAR ? asked.withResize(new Resize.ShorterSide(size)) : asked;
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
