package org.resnet4j.zoo.weights;

import static org.resnet4j.zoo.weights.WeightsException.quote;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;
import org.resnet4j.zoo.image.Preprocessing;
import org.resnet4j.zoo.weights.AtomicFiles.Content;
import org.resnet4j.zoo.weights.AtomicFiles.Steps;
import org.resnet4j.zoo.weights.WeightsException.Reason;

/**
 * A network with all that is needed to use it, as a folder of four files (see the package's description).
 *
 * <p>The folder may come from a stranger: nothing in it runs, sizes are checked before memory is taken. Every failure
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
   * Writes the four files as one: a kill at any moment leaves the old model or the new. Other files in the folder stay.
   *
   * @throws WeightsException before anything is written if the model couldn't be loaded again
   */
  public void save(Path folder) {
    save(folder, step -> {});
  }

  void save(Path folder, Steps steps) {
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
    try {
      AtomicFiles.replaceAll(folder, files, steps);
    } catch (IOException e) {
      throw Safetensors.failed(folder, e);
    }
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
   * Reads a folder that {@link #save} wrote, also one whose writing was interrupted.
   *
   * @throws WeightsException if a file is missing, damaged, too large, names a Java class that isn't a layer of DL4J's
   *     or ours, or doesn't fit the others
   */
  public static SavedModel load(Path folder) {
    Map<String, Path> files = new LinkedHashMap<>();
    for (String name : List.of(CONFIGURATION, CLASSES, PREPROCESSING, WEIGHTS)) {
      Path file = AtomicFiles.current(folder, name);
      if (!Files.isRegularFile(file)) {
        throw new WeightsException(Reason.FILE_MISSING, folder, "the file " + name,
            Files.exists(file) ? "another kind of entry" : Files.exists(folder) ? "none" : "no such folder");
      }
      files.put(name, file);
    }
    Path preprocessingFile = files.get(PREPROCESSING);
    Preprocessing preprocessing;
    try {
      preprocessing = Preprocessing.fromJson(read(preprocessingFile, LONGEST_PREPROCESSING));
    } catch (IllegalArgumentException e) {
      throw new WeightsException(Reason.PREPROCESSING, preprocessingFile, "preprocessing of this version",
          quote(e.getMessage()), e);
    }
    Path configurationFile = files.get(CONFIGURATION);
    GraphConfiguration configuration =
        GraphConfiguration.parse(configurationFile, read(configurationFile, LONGEST_CONFIGURATION));
    List<String> classes = read(files.get(CLASSES), LONGEST_CLASSES).lines().toList();
    checkClasses(files.get(CLASSES), classes, configuration.outputWidth());

    try (Safetensors weights = Safetensors.open(files.get(WEIGHTS))) {
      Map<String, String> metadata = new LinkedHashMap<>(weights.metadata());
      String version = metadata.remove(FORMAT);
      if (version != null && !version.equals(VERSION)) {
        throw new WeightsException(Reason.CONFIGURATION, folder, "format " + VERSION, "format " + quote(version));
      }
      long stored = weights.shapes().values().stream().mapToLong(SafetensorsHeader::length).sum();
      long asked = configuration.storedCount();
      if (stored != asked) {
        throw new WeightsException(Reason.PARAMETER_COUNT, weights.name(), asked + " parameters", "" + stored);
      }
      ComputationGraph graph = initialize(configurationFile, configuration);
      ModelWeights.load(graph, weights);
      return new SavedModel(graph, classes, preprocessing, metadata);
    }
  }

  /** With zeros instead of random values, which would be overwritten. */
  private static ComputationGraph initialize(Path file, GraphConfiguration configuration) {
    try {
      ComputationGraph graph = new ComputationGraph(configuration.configuration());
      graph.init(Nd4j.zeros(DataType.FLOAT, 1, configuration.parameterCount()), false);
      return graph;
    } catch (RuntimeException e) {
      throw GraphConfiguration.unusable(file, "layers that fit together", e);
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

  private static String read(Path file, int longest) {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(longest + 1);
      if (bytes.length > longest) {
        throw new WeightsException(Reason.FILE_TOO_LARGE, file, "at most " + longest + " bytes", "more");
      }
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw new WeightsException(Reason.NOT_TEXT, file, "UTF-8", "bytes that aren't", e);
    } catch (IOException e) {
      throw Safetensors.failed(file, e);
    }
  }
}
