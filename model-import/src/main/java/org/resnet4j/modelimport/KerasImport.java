package org.resnet4j.modelimport;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.nd4j.linalg.api.buffer.DataType;
import org.resnet4j.modelimport.dialect.ArchitectureReader;
import org.resnet4j.modelimport.file.KerasFile;
import org.resnet4j.modelimport.graph.BuiltGraph;
import org.resnet4j.modelimport.graph.KerasGraph;
import org.resnet4j.modelimport.model.KerasModel;
import org.resnet4j.modelimport.model.Layer;
import org.resnet4j.modelimport.weights.LayerWeights;
import org.resnet4j.modelimport.weights.WeightMatching;
import org.resnet4j.modelimport.weights.WeightMatching.Architecture;
import org.resnet4j.zoo.ResNetSpec;

/**
 * Imports models that Keras 2.2.4, 2.x (tf-keras) or 3 saved: {@code .h5} and {@code .keras}, or weights alone
 * ({@code .h5} by name, {@code .weights.h5} by position) with the JSON of their architecture.
 *
 * <pre>{@code
 * ComputationGraph net = KerasImport.load(Path.of("resnet_v2.h5")).graph();
 * }</pre>
 *
 * <p>Vertices have the names of Keras's layers, arrays Keras's layout (channels last: NHWC), and the network computes
 * what Keras computes in inference mode, or isn't imported at all. Files may come from strangers: nothing in them runs,
 * sizes are checked before memory is taken, no other file is opened. Every failure is a {@link ModelImportException}.
 */
public final class KerasImport {
  private KerasImport() {}

  /** A whole model, in Keras's own layout and precision. */
  public static ImportedModel load(Path file) {
    return load(file, KerasOptions.DEFAULT);
  }

  /** A whole model, or weights with the architecture that the options name. */
  public static ImportedModel load(Path file, KerasOptions options) {
    try (KerasFile keras = KerasFile.open(file)) {
      if (keras.kind() == KerasFile.Kind.MODEL_HDF5 && keras.kerasVersion().isEmpty()) {
        // Without it Keras takes a file for one of version 1, whose weights lie otherwise.
        throw new ModelImportException.Incomplete("attribute keras_version",
            "the version of Keras that saved the model", "none", "Load the model in Keras and save it again.");
      }
      KerasModel model = options.architecture().isPresent() ? architecture(options.architecture().get())
          : ArchitectureReader.read(keras.configuration().orElseThrow(() -> new ModelImportException.Incomplete("",
              "a model", "weights without an architecture",
              "Name the JSON that model.to_json() wrote (--architecture), or a model of the zoo.")),
              keras.trainingConfiguration(), keras.kerasVersion());
      Architecture origin =
          options.architecture().isPresent() ? Architecture.OF_ANOTHER_FILE : Architecture.OF_THE_FILE;
      LayerWeights weights = WeightMatching.of(model.root(), keras, origin);
      DataType type = options.dataType().orElse(model.doublePrecision() ? DataType.DOUBLE : DataType.FLOAT);
      BuiltGraph built = KerasGraph.build(model, counted(weights, model, options.progress()), type,
          options.inputLayout());
      List<String> notes = new ArrayList<>(model.notes());
      notes.addAll(built.notes());
      return new ImportedModel(built.graph(), origin(keras), model.inputs(), model.outputs(), built.layers(),
          model.aliases(), merged(model), notes);
    } catch (ModelImportException e) {
      throw e.in(file);
    }
  }

  /**
   * The weights of keras.applications' ResNet50, 101, 152 and their V2 in the zoo's net, which has the zoo's vertex
   * names; without a top in the file, a net that ends at {@code pool}. The input is 224 x 224, NHWC unless the options
   * say otherwise.
   *
   * @param spec {@code resnet50_keras} and its like
   * @throws IllegalArgumentException if the spec isn't a net of Keras's, or the options name an architecture or double
   */
  public static ImportedModel load(Path file, ResNetSpec spec, KerasOptions options) {
    try (KerasFile keras = KerasFile.open(file)) {
      return ZooImport.load(keras, spec, options);
    } catch (ModelImportException e) {
      throw e.in(file);
    }
  }

  private static KerasModel architecture(Path json) {
    try {
      return ArchitectureReader.read(KerasFile.readArchitecture(json), Optional.empty(), Optional.empty());
    } catch (ModelImportException e) {
      throw e.in(json);
    }
  }

  /** Tells the user's progress of each tensor. */
  private static LayerWeights counted(LayerWeights weights, KerasModel model, KerasOptions.Progress progress) {
    Map<String, Layer> layers = leaves(model.root()).stream()
        .collect(Collectors.toMap(Layer::path, Function.identity()));
    int all = model.nodes().stream().mapToInt(node -> layers.get(node.layer()).weights().size()).sum();
    AtomicInteger read = new AtomicInteger();
    return (layer, index, type) -> {
      progress.read(read.incrementAndGet(), all);
      return weights.read(layer, index, type);
    };
  }

  /** Layers without a call of their own. */
  private static Set<String> merged(KerasModel model) {
    Set<String> merged = leaves(model.root()).stream().map(Layer::path).collect(Collectors.toSet());
    model.nodes().forEach(node -> merged.remove(node.layer()));
    model.inputs().forEach(input -> merged.remove(input.name()));
    return merged;
  }

  private static List<Layer> leaves(Layer layer) {
    return layer.model() ? layer.children().stream().flatMap(child -> leaves(child).stream()).toList()
        : List.of(layer);
  }

  /** A line about the file. */
  static String origin(KerasFile file) {
    return "%s: Keras%s, %s".formatted(file.path().getFileName(),
        file.kerasVersion().map(version -> " " + version.replaceAll("[^\\w.+-]", "?")).orElse(""),
        switch (file.kind()) {
          case MODEL_HDF5 -> "whole model (HDF5)";
          case KERAS_ARCHIVE -> "whole model (.keras)";
          case WEIGHTS_BY_NAME -> "weights by name (HDF5)";
          case WEIGHTS_BY_POSITION -> "weights by position (HDF5)";
        });
  }
}
