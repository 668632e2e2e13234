package org.resnet4j.modelimport.dialect;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.resnet4j.modelimport.ModelImportException;
import org.resnet4j.modelimport.dialect.Call.Argument;
import org.resnet4j.modelimport.dialect.Call.Literal;
import org.resnet4j.modelimport.dialect.Call.Reference;
import org.resnet4j.modelimport.dialect.Call.Sequence;
import org.resnet4j.modelimport.model.KerasModel.Version;

/** Reads the calls within one functional model, in the form of Keras 2 or of Keras 3. */
final class CallReader {
  private static final String CONSTANT = "_CONSTANT_VALUE";

  private final Version version;
  private final Map<String, JsonNode> layers;
  private final String model;

  /** @param model its name for messages */
  CallReader(Version version, Map<String, JsonNode> layers, String model) {
    this.version = version;
    this.layers = layers;
    this.model = model;
  }

  /**
   * @param where the layer called, for messages
   * @throws ModelImportException.InvalidConfiguration if it takes what isn't there
   */
  Call read(JsonNode node, String where) {
    if (node.isObject() && node.has("args")) {
      Map<String, Argument> named = new LinkedHashMap<>();
      node.path("kwargs").properties().forEach(
          entry -> named.put(entry.getKey(), argument(entry.getValue(), where)));
      List<Argument> positional = new ArrayList<>();
      node.path("args").forEach(argument -> positional.add(argument(argument, where)));
      return new Call(positional, named);
    }
    return legacy(node, where);
  }

  /** Keras 2: the tensors of the first argument, each with the call's other arguments beside it. */
  private Call legacy(JsonNode node, String where) {
    Map<String, Argument> named = new LinkedHashMap<>();
    Argument inputs = legacyInputs(node, named, where);
    if (inputs instanceof Sequence list && list.items().size() == 1 && list.keys().isEmpty()) {
      inputs = list.items().get(0);
    }
    return new Call(List.of(inputs), named);
  }

  private Argument legacyInputs(JsonNode node, Map<String, Argument> named, String where) {
    if (isHistory(node)) {
      node.path(3).properties().forEach(
          entry -> named.putIfAbsent(entry.getKey(), legacyArgument(entry.getValue(), where)));
      return node.get(0).asText().equals(CONSTANT) ? new Literal(node.get(2)) : reference(node, where);
    }
    if (node.isArray() && !node.isEmpty()) {
      List<Argument> items = new ArrayList<>();
      node.forEach(item -> items.add(legacyInputs(item, named, where)));
      return new Sequence(items, List.of());
    }
    if (node.isObject()) {
      return dictionary(node, item -> legacyInputs(item, named, where));
    }
    throw new ModelImportException.InvalidConfiguration(where, "inputs as [layer, call, output]",
        Settings.found(node));
  }

  private static boolean isHistory(JsonNode node) {
    return node.isArray() && (node.size() == 3 || node.size() == 4) && node.get(0).isTextual()
        && (node.get(1).isInt() && (node.get(2).isInt() || node.get(0).asText().equals(CONSTANT)));
  }

  private Argument legacyArgument(JsonNode value, String where) {
    if (isHistory(value)) {
      return value.get(0).asText().equals(CONSTANT) ? new Literal(value.get(2)) : reference(value, where);
    }
    if (value.isArray() && !value.isEmpty() && isHistory(value.get(0))) {
      List<Argument> items = new ArrayList<>();
      value.forEach(item -> items.add(legacyArgument(item, where)));
      return new Sequence(items, List.of());
    }
    return new Literal(value);
  }

  private Argument argument(JsonNode value, String where) {
    JsonNode history = history(value);
    if (history != null) {
      return reference(history, where);
    }
    if (value.isArray()) {
      List<Argument> items = new ArrayList<>();
      value.forEach(item -> items.add(argument(item, where)));
      return items.stream().allMatch(Literal.class::isInstance) ? new Literal(value) : new Sequence(items, List.of());
    }
    if (value.isObject() && !value.has("class_name")) {
      Sequence dictionary = dictionary(value, item -> argument(item, where));
      return dictionary.items().stream().allMatch(Literal.class::isInstance) ? new Literal(value) : dictionary;
    }
    return new Literal(value);
  }

  private static JsonNode history(JsonNode value) {
    return value.path("class_name").asText().equals("__keras_tensor__")
        ? value.path("config").path("keras_history") : null;
  }

  /** TensorFlow and Keras go through a dictionary by its sorted keys. */
  private static Sequence dictionary(JsonNode object, Function<JsonNode, Argument> read) {
    Map<String, Argument> sorted = new TreeMap<>();
    object.properties().forEach(entry -> sorted.put(entry.getKey(), read.apply(entry.getValue())));
    return new Sequence(List.copyOf(sorted.values()), List.copyOf(sorted.keySet()));
  }

  /**
   * A model's {@code input_layers} or {@code output_layers}: a list of [layer, call, output], one of them alone, or a
   * dictionary, whose sorted keys are then added.
   */
  List<Reference> ends(JsonNode ends, String what, List<String> keys) {
    List<Reference> references = new ArrayList<>();
    String where = model + ", " + what;
    if (isHistory(ends)) {
      return List.of(end(ends, where));
    }
    if (ends.isObject()) {
      Map<String, Reference> sorted = new TreeMap<>();
      ends.properties().forEach(entry -> sorted.put(entry.getKey(), end(entry.getValue(), where)));
      keys.addAll(sorted.keySet());
      references.addAll(sorted.values());
    } else {
      ends.forEach(end -> references.add(end(end, where)));
    }
    return references;
  }

  private Reference end(JsonNode end, String where) {
    // Keras 3 counts a functional model's own construction as its first call here, but not in inbound_nodes.
    JsonNode layer = layers.get(end.path(0).asText());
    boolean constructed = version == Version.KERAS_3 && layer != null && DefinitionReader.isModel(layer)
        && !DefinitionReader.isSequential(layer);
    return constructed ? reference(end, 1, where) : reference(end, where);
  }

  private Reference reference(JsonNode history, String where) {
    JsonNode layer = layers.get(history.path(0).asText());
    return reference(history, version == Version.KERAS_2 && layer != null && countsConstruction(layer) ? 1 : 0, where);
  }

  private Reference reference(JsonNode history, int first, String where) {
    if (!isHistory(history)) {
      throw new ModelImportException.InvalidConfiguration(where, "[layer, call, output]", Settings.found(history));
    }
    String name = history.get(0).asText();
    JsonNode layer = layers.get(name);
    if (layer == null) {
      throw new ModelImportException.InvalidConfiguration(where, "inputs among the model's layers",
          "no layer " + ModelImportException.quote(name));
    }
    int calls = DefinitionReader.className(layer).equals("InputLayer") ? 1 : layer.path("inbound_nodes").size();
    int index = history.get(1).asInt() - first;
    if (calls == 1 && Math.abs(index) == 1 && DefinitionReader.isModel(layer)) {
      // Which of a model's calls is meant isn't in doubt, however the writer counted its construction.
      index = 0;
    }
    int output = history.get(2).asInt();
    if (index < 0 || index >= calls || output < 0) {
      throw new ModelImportException.InvalidConfiguration(where,
          "one of the " + calls + " calls of " + ModelImportException.quote(name), Settings.found(history));
    }
    return new Reference(name, index, output);
  }

  /** In Keras 2 a nested model that knows its input has been called once when it was made. */
  private static boolean countsConstruction(JsonNode layer) {
    if (!DefinitionReader.isModel(layer)) {
      return false;
    }
    JsonNode config = layer.path("config");
    JsonNode first = (config.isArray() ? config : config.path("layers")).path(0);
    return !DefinitionReader.isSequential(layer) || DefinitionReader.className(first).equals("InputLayer")
        || first.path("config").has("batch_input_shape") || DefinitionReader.isModel(first);
  }
}
