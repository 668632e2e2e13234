package org.resnet4j.modelimport.dialect;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.resnet4j.modelimport.ModelImportException;
import org.resnet4j.modelimport.dialect.Call.Reference;
import org.resnet4j.modelimport.model.Input;
import org.resnet4j.modelimport.model.KerasModel.Version;
import org.resnet4j.modelimport.model.Shape;

/** Reads the layers of a model, and of the models nested in it, with their calls. */
final class DefinitionReader {
  static final int MOST_LAYERS = 20_000;
  /** Inputs and outputs of one model. */
  private static final int MOST_ENDS = 1_000;

  private final Version version;
  private int layers;

  DefinitionReader(Version version) {
    this.version = version;
  }

  /** Whether the object is a model: a {@code Sequential}, or one with layers and outputs of whatever class. */
  static boolean isModel(JsonNode object) {
    JsonNode config = object.path("config");
    return object.path("class_name").asText().equals("Sequential")
        || config.path("layers").isArray() && config.has("output_layers");
  }

  static boolean isSequential(JsonNode object) {
    return !object.path("config").has("output_layers");
  }

  /**
   * @param path of the model's own layer; empty for the outermost model
   * @throws ModelImportException naming the layer that is wrong
   */
  ModelDefinition read(JsonNode object, String path) {
    // Keras 2.0 and 2.1 gave a Sequential's layers as the configuration itself.
    JsonNode list = object.path("config").isArray() ? object.path("config") : object.path("config").path("layers");
    if (!list.isArray()) {
      throw invalid(path, "a list of layers", Settings.found(list));
    }
    if (layers + list.size() > MOST_LAYERS) {
      throw new ModelImportException.TooLarge(modelName(path), "at most " + MOST_LAYERS + " layers",
          layers + list.size() + " or more");
    }
    layers += list.size();
    return isSequential(object) ? sequential(object, list, path) : functional(object, list, path);
  }

  private ModelDefinition functional(JsonNode object, JsonNode list, String path) {
    Map<String, JsonNode> byName = new LinkedHashMap<>();
    for (JsonNode layer : list) {
      if (byName.put(name(layer, path), layer) != null) {
        throw invalid(path, "a name of its own for each layer", "two layers " + quote(name(layer, path)));
      }
    }
    CallReader callReader = new CallReader(version, byName, modelName(path));
    Map<String, LayerDefinition> definitions = new LinkedHashMap<>();
    byName.forEach((name, layer) -> {
      List<Call> calls = new ArrayList<>();
      JsonNode inbound = layer.path("inbound_nodes");
      inbound.forEach(node -> calls.add(callReader.read(node, Settings.where(join(path, name), className(layer)))));
      definitions.put(name, layer(layer, name, path, calls));
    });

    List<Input> inputs = new ArrayList<>();
    List<String> inputKeys = new ArrayList<>();
    for (Reference reference : callReader.ends(object.path("config").path("input_layers"), "input_layers", inputKeys)) {
      LayerDefinition layer = definitions.get(reference.layer());
      if (!layer.input()) {
        throw new ModelImportException.InvalidConfiguration(layer.where(), "an InputLayer among the model's inputs",
            quote(layer.className()));
      }
      inputs.add(new Input(layer.name(), declaredShape(layer.config(), layer.where()).orElse(Shape.of())));
    }
    List<Reference> outputs =
        callReader.ends(object.path("config").path("output_layers"), "output_layers", new ArrayList<>());
    if (inputs.size() + outputs.size() > MOST_ENDS) {
      throw new ModelImportException.TooLarge(modelName(path), "at most " + MOST_ENDS + " inputs and outputs",
          String.valueOf(inputs.size() + outputs.size()));
    }
    if (inputs.isEmpty() || outputs.isEmpty()) {
      throw invalid(path, "inputs and outputs", inputs.size() + " inputs, " + outputs.size() + " outputs");
    }
    for (LayerDefinition layer : definitions.values()) {
      if (layer.input() && !layer.calls().isEmpty()) {
        throw new ModelImportException.InvalidConfiguration(layer.where(), "an input layer without inputs", "a call");
      }
    }
    if (Set.copyOf(inputs).size() < inputs.size()) {
      throw invalid(path, "each input once", "one of them twice");
    }
    return new ModelDefinition(List.copyOf(definitions.values()), inputs, inputKeys, outputs,
        CallOrder.of(definitions));
  }

  private ModelDefinition sequential(JsonNode object, JsonNode list, String path) {
    if (list.isEmpty()) {
      throw invalid(path, "layers", "a Sequential model without any");
    }
    Map<String, LayerDefinition> definitions = new LinkedHashMap<>();
    String firstName = name(list.get(0), path);
    boolean givenInput = className(list.get(0)).equals("InputLayer");
    String inputName = givenInput ? firstName : firstName + "_input";
    String previous = inputName;
    for (JsonNode layer : list) {
      String name = name(layer, path);
      boolean input = className(layer).equals("InputLayer");
      if (input && !definitions.isEmpty()) {
        throw invalid(path, "an InputLayer as the first layer only", quote(name));
      }
      List<Call> calls = input ? List.of() : List.of(new Call(List.of(new Reference(previous, 0, 0)), Map.of()));
      if (definitions.put(name, layer(layer, name, path, calls)) != null || name.equals(inputName) && !input) {
        throw invalid(path, "a name of its own for each layer", "two layers " + quote(name));
      }
      previous = name;
    }
    LayerDefinition first = definitions.get(firstName);
    Shape shape = declaredShape(first.config(), first.where())
        .or(() -> first.model().map(model -> model.inputs().get(0).shape()).filter(known -> known.rank() > 0))
        .or(() -> shape(object.path("config").path("build_input_shape"), modelName(path)))
        .or(() -> shape(object.path("build_config").path("input_shape"), modelName(path)))
        .or(() -> shape(first.buildConfig().path("input_shape"), first.where()))
        .orElse(Shape.of());
    List<ModelDefinition.Step> order = new ArrayList<>();
    definitions.values().stream().filter(layer -> !layer.input())
        .forEach(layer -> order.add(new ModelDefinition.Step(layer, 0)));
    return new ModelDefinition(List.copyOf(definitions.values()), List.of(new Input(inputName, shape)), List.of(),
        List.of(new Reference(previous, 0, 0)), order);
  }

  private LayerDefinition layer(JsonNode layer, String name, String around, List<Call> calls) {
    String path = join(around, name);
    String className = className(layer);
    JsonNode config = layer.path("config");
    if (!config.isObject() && !(isModel(layer) && config.isArray())) {
      throw new ModelImportException.InvalidConfiguration(Settings.where(path, className), "a configuration",
          Settings.found(config));
    }
    boolean trainable = new Settings(path, className, config, version, List.of()).flag("trainable", true);
    if (!isKeras(layer)) {
      throw new ModelImportException.UnsupportedLayer(Settings.where(path, className), "a layer of Keras itself",
          "a layer of " + quote(origin(layer)));
    }
    boolean operator = version == Version.KERAS_3 && !isModel(layer) && isOperator(layer);
    Optional<ModelDefinition> model = Optional.empty();
    if (isModel(layer)) {
      model = Optional.of(read(layer, path));
    }
    JsonNode build = layer.path("build_config");
    return new LayerDefinition(name, path, className, operator, config,
        build.isObject() ? build : MissingNode.getInstance(), trainable, calls, model);
  }

  /** Add, Subtract, Softmax and others are both a layer and a function on tensors. */
  private static boolean isOperator(JsonNode layer) {
    String module = layer.path("module").asText("");
    if (!module.isEmpty() && !module.equals("null")) {
      return module.startsWith("keras.src.ops");
    }
    // In HDF5 files nothing has a module; but every layer has a dtype policy or says whether it is trainable.
    JsonNode config = layer.path("config");
    return !config.has("trainable") && !(config.has("dtype") && LayerOperations.knows(className(layer)))
        && !className(layer).equals("InputLayer");
  }

  /** Whether the class is Keras's own, and not one of the same name in the user's program. */
  private static boolean isKeras(JsonNode layer) {
    String module = layer.path("module").asText("");
    boolean own = module.isEmpty() || module.equals("null")
        || module.matches("(keras|tf_keras|tensorflow\\.keras|tensorflow\\.python\\.keras)(\\..*)?");
    // A model's class doesn't matter: it was saved as the layers that it consists of.
    return isModel(layer) || own && origin(layer).indexOf('>') < 0;
  }

  private static String origin(JsonNode layer) {
    String registered = layer.path("registered_name").asText("");
    return registered.indexOf('>') >= 0 ? registered
        : className(layer).indexOf('>') >= 0 ? className(layer) : layer.path("module").asText("");
  }

  static String className(JsonNode layer) {
    return layer.path("class_name").asText("");
  }

  private String name(JsonNode layer, String path) {
    JsonNode name = layer.path("name").isTextual() ? layer.path("name") : layer.path("config").path("name");
    if (!name.isTextual() || name.asText().isEmpty() || className(layer).isEmpty()) {
      throw invalid(path, "layers with a class and a name", Settings.found(layer));
    }
    return name.asText();
  }

  /** The shape in an input layer's settings, or in those of a Sequential's first layer. */
  private static Optional<Shape> declaredShape(JsonNode config, String where) {
    return shape(config.path("batch_shape"), where).or(() -> shape(config.path("batch_input_shape"), where));
  }

  private static Optional<Shape> shape(JsonNode sizes, String where) {
    if (!sizes.isArray() || sizes.isEmpty() || sizes.get(0).isContainerNode()) {
      return Optional.empty();
    }
    if (sizes.size() - 1 > OutputShapes.MOST_AXES) {
      throw new ModelImportException.TooLarge(where, "at most " + OutputShapes.MOST_AXES + " axes in its shape",
          String.valueOf(sizes.size() - 1));
    }
    List<Integer> known = new ArrayList<>();
    for (int i = 1; i < sizes.size(); i++) {
      JsonNode size = sizes.get(i);
      if (!size.isNull() && (!Settings.isInteger(size) || size.asInt() < 1)) {
        throw new ModelImportException.InvalidConfiguration(where, "positive sizes or null in its shape",
            Settings.found(sizes));
      }
      known.add(size.isNull() ? Shape.UNKNOWN : size.asInt());
    }
    return Optional.of(new Shape(known));
  }

  private static String join(String around, String name) {
    return around.isEmpty() ? name : around + "/" + name;
  }

  private static String modelName(String path) {
    return path.isEmpty() ? "the model's configuration" : "model " + quote(path);
  }

  private static ModelImportException invalid(String path, String expected, String found) {
    return new ModelImportException.InvalidConfiguration(modelName(path), expected, found);
  }

  private static String quote(String text) {
    return ModelImportException.quote(text);
  }
}
