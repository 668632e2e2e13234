package org.resnet4j.modelimport.dialect;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.resnet4j.modelimport.ModelImportException;
import org.resnet4j.modelimport.model.Compilation;
import org.resnet4j.modelimport.model.KerasModel;
import org.resnet4j.modelimport.model.KerasModel.Version;
import org.resnet4j.modelimport.model.Layer;

/**
 * Reads a model's configuration as Keras 2.2.4, 2.x (tf-keras) and 3 write it: the attribute {@code model_config} of an
 * HDF5 file, {@code config.json} of a {@code .keras} file, or what {@code model.to_json()} gave.
 */
public final class ArchitectureReader {
  private ArchitectureReader() {}

  /**
   * The typed model, nested models inlined, every shape checked.
   *
   * @param configuration JSON text
   * @param trainingConfiguration an HDF5 file's {@code training_config}; in a {@code .keras} file it is part of the
   *     configuration
   * @param kerasVersion the version that the file names; without it the configuration's own form tells
   * @throws ModelImportException.TooLarge if the text or the model goes beyond what any such network needs
   * @throws ModelImportException.InvalidConfiguration if Keras couldn't build the model either
   * @throws ModelImportException.UnsupportedLayer if it has something that can't be imported
   */
  public static KerasModel read(String configuration, Optional<String> trainingConfiguration,
                                Optional<String> kerasVersion) {
    JsonNode json = ConfigurationJson.parse(configuration, "the model's configuration");
    Version version = version(json, kerasVersion);
    if (!DefinitionReader.isModel(json)) {
      String className = DefinitionReader.className(json);
      if (className.isEmpty() || !json.has("config")) {
        throw new ModelImportException.InvalidConfiguration("the model's configuration",
            "a model's class_name and config", Settings.found(json));
      }
      throw new ModelImportException.UnsupportedLayer("model " + ModelImportException.quote(className),
          "a Sequential or functional model", "a class of its own, whose code isn't in the file",
          "Build the model with keras.Sequential or keras.Model(inputs, outputs) and save it again.");
    }
    Set<String> notes = new LinkedHashSet<>();
    Precision precision = new Precision(notes);
    boolean trainable = json.path("config").path("trainable").asBoolean(true);
    ModelDefinition definition = new DefinitionReader(version).read(json, "");
    Inliner.Inlined inlined = new Inliner(version, precision, notes).inline(definition, trainable);
    String name = json.path("config").path("name").asText("model");
    Layer root = new Layer(name, "", DefinitionReader.className(json), trainable, List.of(), inlined.layers(), true);
    JsonNode compiled = trainingConfiguration.map(text -> ConfigurationJson.parse(text, "the training configuration"))
        .orElse(json.path("compile_config"));
    Optional<Compilation> compilation = new CompilationReader(notes).read(compiled);
    return new KerasModel(name, version, definition.inputs(), inlined.nodes(), inlined.outputs(), root,
        inlined.aliases(), precision.isDouble(), compilation, List.copyOf(notes));
  }

  private static Version version(JsonNode json, Optional<String> named) {
    String text = named.orElse(json.path("keras_version").asText(""));
    if (text.matches("[12]\\..*")) {
      return Version.KERAS_2;
    }
    if (text.matches("\\d.*")) {
      return Version.KERAS_3;
    }
    // Only Keras 3 names these; a policy object alone is also Keras 2's.
    for (String key : List.of("batch_shape", "keras_history", "build_input_shape")) {
      if (json.findValue(key) != null) {
        return Version.KERAS_3;
      }
    }
    return json.findValue("batch_input_shape") == null && json.toString().contains("\"DTypePolicy\"")
        ? Version.KERAS_3 : Version.KERAS_2;
  }
}
