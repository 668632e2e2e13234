package org.resnet4j.zoo.weights;

import static org.resnet4j.zoo.weights.WeightsException.quote;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.resnet4j.zoo.image.Preprocessing;
import org.resnet4j.zoo.weights.AtomicFiles.Content;
import org.resnet4j.zoo.weights.AtomicFiles.Steps;
import org.resnet4j.zoo.weights.ModelFiles.Part;
import org.resnet4j.zoo.weights.WeightsException.Reason;

/**
 * A network with all that is needed to use it, as a folder of four files or a zip of them (see the package's
 * description).
 *
 * <p>Either may come from a stranger: nothing in it runs, sizes are checked before memory is taken. Every failure
 * is a {@link WeightsException}.
 *
 * @param graph initialised, float32, with one output
 * @param classes a name for each of the network's outputs, in their order; names may repeat
 * @param preprocessing how an image becomes the network's input
 * @param metadata notes such as the model's name
 */
public record SavedModel(ComputationGraph graph, List<String> classes, Preprocessing preprocessing,
                         Map<String, String> metadata) {
  public static final String CONFIGURATION = "configuration.json";
  public static final String WEIGHTS = "weights.safetensors";
  public static final String CLASSES = "classes.txt";
  public static final String PREPROCESSING = "preprocessing.json";

  static final int LONGEST_CONFIGURATION = 64 << 20;
  static final int LONGEST_CLASSES = 1 << 20;
  static final int LONGEST_PREPROCESSING = 1 << 16;

  /** The metadata that tells the folder's format. */
  private static final String FORMAT = "resnet4j_format";
  private static final String VERSION = "1";

  public SavedModel {
    classes = List.copyOf(classes);
    metadata = Map.copyOf(metadata);
  }

  /**
   * Writes the four files as one: a kill at any moment leaves the old model or the new. Other files in a folder stay.
   *
   * @param target a folder; where the name ends with {@code .zip} and no folder has it, a file
   * @throws WeightsException before anything is written if the model couldn't be loaded again
   */
  public void save(Path target) {
    save(target, step -> {});
  }

  void save(Path target, Steps steps) {
    Map<String, Content> files = contents();
    try {
      if (String.valueOf(target.getFileName()).toLowerCase(Locale.ROOT).endsWith(".zip")
          && !Files.isDirectory(target)) {
        AtomicFiles.write(target, ModelFiles.zip(files), steps);
      } else {
        AtomicFiles.replaceAll(target, files, steps);
      }
    } catch (IOException e) {
      throw Safetensors.failed(target, e);
    }
  }

  /** Of the four files, checked; the weights last, because the others say how large they may be. */
  private Map<String, Content> contents() {
    ModelWeights.checkValues(graph);
    String configuration = graph.getConfiguration().toJson();
    checkReadable(configuration);
    // Sorted, so that the same model gives the same bytes.
    Map<String, String> notes = new TreeMap<>(metadata);
    notes.put(FORMAT, VERSION);
    Map<String, Content> files = new LinkedHashMap<>();
    files.put(CONFIGURATION, Content.of(configuration));
    files.put(CLASSES, Content.of(String.join("\n", classes) + "\n"));
    files.put(PREPROCESSING, Content.of(preprocessing.toJson()));
    files.put(WEIGHTS, Safetensors.content(ModelWeights.source(graph), notes));
    return files;
  }

  /** Not all that DL4J computes with survives its JSON (a RampSchedule doesn't). */
  private void checkReadable(String json) {
    GraphConfiguration read = GraphConfiguration.parse("the graph", json);
    if (read.parameterCount() != graph.numParams()) {
      throw new WeightsException(Reason.PARAMETER_COUNT, "the graph", graph.numParams() + " parameters",
          read.parameterCount() + " by its configuration");
    }
    checkClasses("the model", classes, read.outputWidth());
  }

  /**
   * Reads a folder or zip that {@link #save} wrote, a folder also if its writing was interrupted.
   *
   * @throws WeightsException if a file is missing, damaged, too large, names a Java class that isn't a layer of DL4J's
   *     or ours, or doesn't fit the others; if a zip has other entries
   */
  public static SavedModel load(Path path) {
    try (ModelFiles files = ModelFiles.open(path, Set.of(CONFIGURATION, CLASSES, PREPROCESSING, WEIGHTS))) {
      return load(path, files);
    } catch (IOException e) {
      throw Safetensors.failed(path, e);
    }
  }

  private static SavedModel load(Path path, ModelFiles files) {
    Part preprocessingFile = files.part(PREPROCESSING, LONGEST_PREPROCESSING);
    Preprocessing preprocessing;
    try {
      preprocessing = Preprocessing.fromJson(read(preprocessingFile));
    } catch (IllegalArgumentException e) {
      throw new WeightsException(Reason.PREPROCESSING, preprocessingFile.where(), "preprocessing of this version",
          quote(e.getMessage()), e);
    }
    Part configurationFile = files.part(CONFIGURATION, LONGEST_CONFIGURATION);
    GraphConfiguration configuration =
        GraphConfiguration.parse(configurationFile.where(), read(configurationFile));
    Part classesFile = files.part(CLASSES, LONGEST_CLASSES);
    List<String> classes = read(classesFile).lines().toList();
    checkClasses(classesFile.where(), classes, configuration.outputWidth());

    long asked = configuration.storedCount();
    Part weightsFile = files.part(WEIGHTS, longestWeights(asked));
    try (Safetensors weights = Safetensors.open(weightsFile.path(), weightsFile.where())) {
      Map<String, String> metadata = new LinkedHashMap<>(weights.metadata());
      String version = metadata.remove(FORMAT);
      if (version != null && !version.equals(VERSION)) {
        throw new WeightsException(Reason.CONFIGURATION, path, "format " + VERSION, "format " + quote(version));
      }
      long stored = weights.shapes().values().stream().mapToLong(SafetensorsHeader::length).sum();
      if (stored != asked) {
        throw new WeightsException(Reason.PARAMETER_COUNT, weights.name(), asked + " parameters", "" + stored);
      }
      // Zeros instead of random values, which would be overwritten.
      ComputationGraph graph = initialize(configurationFile.where(), configuration,
          Nd4j.zeros(DataType.FLOAT, 1, configuration.parameterCount()));
      ModelWeights.load(graph, weights);
      return new SavedModel(graph, classes, preprocessing, metadata);
    }
  }

  /** With each parameter in the widest type, and the longest header. */
  private static long longestWeights(long parameters) {
    return parameters > Long.MAX_VALUE / 16 ? Long.MAX_VALUE
        : parameters * Double.BYTES + Safetensors.LONGEST_HEADER + Long.BYTES;
  }

  /** A graph of these parameters, in DL4J's order. */
  static ComputationGraph initialize(Object where, GraphConfiguration configuration, INDArray parameters) {
    try {
      ComputationGraph graph = new ComputationGraph(configuration.configuration());
      graph.init(parameters, false);
      return graph;
    } catch (RuntimeException e) {
      throw GraphConfiguration.unusable(where, "layers that fit together", e);
    }
  }

  private static void checkClasses(Object where, List<String> classes, long outputs) {
    if (classes.size() != outputs) {
      throw new WeightsException(Reason.CLASSES, where, outputs + " names", String.valueOf(classes.size()));
    }
    long bytes = 0;
    for (String name : classes) {
      bytes += name.getBytes(StandardCharsets.UTF_8).length + 1;
      if (name.isBlank() || name.chars().anyMatch(Character::isISOControl)) {
        throw new WeightsException(Reason.CLASSES, where, "names without control characters", quote(name));
      }
    }
    if (bytes > LONGEST_CLASSES) {
      throw new WeightsException(Reason.CLASSES, where, "at most " + LONGEST_CLASSES + " bytes", String.valueOf(bytes));
    }
  }

  private static String read(Part file) {
    try {
      return text(file.where(), Files.readAllBytes(file.path()));
    } catch (IOException e) {
      throw Safetensors.failed(file.where(), e);
    }
  }

  static String text(Object where, byte[] bytes) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw new WeightsException(Reason.NOT_TEXT, where, "UTF-8", "bytes that aren't", e);
    }
  }
}
