package org.resnet4j.modelimport.dialect;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.resnet4j.modelimport.ModelImportException;
import org.resnet4j.modelimport.dialect.Call.Argument;
import org.resnet4j.modelimport.dialect.Call.Literal;
import org.resnet4j.modelimport.dialect.Call.Reference;
import org.resnet4j.modelimport.dialect.Call.Sequence;
import org.resnet4j.modelimport.model.Input;
import org.resnet4j.modelimport.model.KerasModel.Version;
import org.resnet4j.modelimport.model.Layer;
import org.resnet4j.modelimport.model.Node;
import org.resnet4j.modelimport.model.Operation;
import org.resnet4j.modelimport.model.Shape;
import org.resnet4j.modelimport.model.Weight;

/** Makes one list of nodes from a model and the models nested in it, each layer called as often as they call it. */
final class Inliner {
  // Shared models that call shared models multiply: a small configuration can ask for any number.
  private static final int MOST_CALLS = 50_000;
  private static final int MOST_VALUES = 10_000_000;
  // DL4J's init() takes the cube of it: a minute for 8,000.
  private static final int MOST_READERS = 1_000;
  private static final long MOST_WEIGHTS = Integer.MAX_VALUE;

  private final Version version;
  private final Precision precision;
  private final Collection<String> notes;
  private final List<Node> nodes = new ArrayList<>();
  private final Map<String, String> aliases = new LinkedHashMap<>();
  private final Map<String, List<Weight>> weights = new HashMap<>();
  private final Map<String, Integer> callsMade = new HashMap<>();
  private final Set<String> names = new HashSet<>();
  private final Map<String, Integer> sharers = new HashMap<>();
  private int calls;
  private long values;

  Inliner(Version version, Precision precision, Collection<String> notes) {
    this.version = version;
    this.precision = precision;
    this.notes = notes;
  }

  /** Where a call happens: what the models around it say. */
  private record Scope(boolean trainable, Optional<Boolean> training) {}

  /**
   * @param nodes those that lead to an output
   * @param layers the model's own, as weight files know them
   */
  record Inlined(List<Node> nodes, List<String> outputs, List<Layer> layers, Map<String, String> aliases) {}

  Inlined inline(ModelDefinition model, boolean trainable) {
    model.inputs().forEach(input -> {
      names.add(input.name());
      sharers.put(input.name(), 1);
    });
    reserve(model, new HashSet<>());
    List<Tensor> inputs = new ArrayList<>();
    for (Input input : model.inputs()) {
      if (input.shape().rank() == 0) {
        throw new ModelImportException.InvalidConfiguration("input " + ModelImportException.quote(input.name()),
            "an input shape", "none; build the model in Keras before it is saved");
      }
      inputs.add(new Tensor(input.name(), input.shape()));
    }
    Scope scope = new Scope(trainable, Optional.empty());
    List<String> outputs = run(model, inputs, scope).stream().map(Tensor::node).toList();
    List<Layer> layers = layers(model);
    checkWeights();
    List<Node> leading = leadingTo(outputs);
    return new Inlined(leading, outputs, layers, usefulAliases(leading));
  }

  /** Counts how many layers have each name. */
  private void reserve(ModelDefinition model, Set<String> paths) {
    for (LayerDefinition layer : model.layers()) {
      if (!paths.add(layer.path())) {
        throw new ModelImportException.InvalidConfiguration(layer.where(), "a path of its own for each layer",
            "another layer of that path");
      }
      if (layer.model().isPresent()) {
        reserve(layer.model().get(), paths);
      } else if (!layer.input()) {
        sharers.merge(layer.name(), 1, Integer::sum);
      }
    }
  }

  private List<Tensor> run(ModelDefinition model, List<Tensor> inputs, Scope scope) {
    Map<String, List<List<Tensor>>> outputs = new HashMap<>();
    for (int i = 0; i < inputs.size(); i++) {
      outputs.put(model.inputs().get(i).name(), List.of(List.of(inputs.get(i))));
    }
    for (ModelDefinition.Step step : model.order()) {
      if (++calls > MOST_CALLS) {
        throw new ModelImportException.TooLarge(step.layer().where(), "at most " + MOST_CALLS + " calls of layers",
            "more, by models within models");
      }
      List<List<Tensor>> own = outputs.computeIfAbsent(step.layer().name(), name -> new ArrayList<>());
      while (own.size() <= step.call()) {
        own.add(null);
      }
      own.set(step.call(), call(step.layer(), step.layer().calls().get(step.call()), outputs, scope));
    }
    List<Tensor> results = new ArrayList<>();
    for (Reference reference : model.outputs()) {
      Tensor result = resolve(reference, outputs, "the model's outputs");
      if (result.pick().isPresent()) {
        throw new ModelImportException.UnsupportedLayer("output " + ModelImportException.quote(reference.layer()),
            "an output with all its axes", "one position of an axis");
      }
      results.add(result);
    }
    return results;
  }

  /** Counts what a call keeps: a shared layer keeps it again and again. */
  private void keep(LayerDefinition layer, int more) {
    values += more;
    if (values > MOST_VALUES) {
      throw new ModelImportException.TooLarge(layer.where(),
          "at most " + MOST_VALUES + " inputs, outputs and constants in all calls", "more");
    }
  }

  private static int constants(Operation operation) {
    if (operation instanceof Operation.Affine affine) {
      return affine.scale().values().size() + affine.offset().values().size();
    }
    return operation instanceof Operation.Select select ? select.indices().size() : 0;
  }

  private static Tensor resolve(Reference reference, Map<String, List<List<Tensor>>> outputs, String where) {
    List<List<Tensor>> ofLayer = outputs.get(reference.layer());
    List<Tensor> ofCall = ofLayer == null ? null : ofLayer.get(reference.call());
    if (ofCall == null || reference.output() >= ofCall.size()) {
      throw new ModelImportException.InvalidConfiguration(where,
          "an output of " + ModelImportException.quote(reference.layer()),
          ofCall == null ? "an input layer that isn't among the model's inputs"
              : "its output " + reference.output() + " of " + ofCall.size());
    }
    return ofCall.get(reference.output());
  }

  private List<Tensor> call(LayerDefinition layer, Call call, Map<String, List<List<Tensor>>> outputs, Scope around) {
    Settings settings = new Settings(layer.path(), layer.className(), layer.config(), version, notes);
    boolean trainable = around.trainable() && layer.trainable();
    Scope scope = new Scope(trainable, training(call, settings).or(around::training));
    if (layer.model().isPresent()) {
      return callModel(layer, layer.model().get(), call, settings, outputs, scope);
    }
    precision.check(settings);
    if (layer.operator() || Operators.isFunction(layer.className())) {
      Operators.Result result =
          new Operators(settings, call, reference -> resolve(reference, outputs, settings.where())).apply();
      return List.of(result instanceof Operators.Applied applied
          ? add(layer, settings, applied.operation(), applied.inputs(), scope)
          : ((Operators.Given) result).tensor());
    }
    LayerOperations.requireKnown(settings);
    List<Tensor> inputs = flat(inputs(call, settings), settings).stream()
        .map(reference -> resolve(reference, outputs, settings.where()).whole(settings)).toList();
    Operation operation = LayerOperations.read(settings, inputs.stream().map(Tensor::shape).toList());
    if (scope.training().orElse(false) && LayerOperations.dependsOnTraining(operation, layer.className())) {
      throw settings.unsupported("a call without training=True", "training=True, which makes inference random");
    }
    return List.of(add(layer, settings, operation, inputs, scope));
  }

  private Tensor add(LayerDefinition layer, Settings settings, Operation operation, List<Tensor> inputs, Scope scope) {
    keep(layer, inputs.size() + constants(operation));
    List<Shape> shapes = inputs.stream().map(Tensor::shape).toList();
    Shape shape = new OutputShapes(settings.where()).of(operation, shapes);
    List<Weight> needed = weights(operation, shapes.get(0), settings);
    List<Weight> before = weights.putIfAbsent(layer.path(), needed);
    if (before != null && !before.equals(needed)) {
      throw settings.invalid("inputs with as many channels in each call", "another number in a later call");
    }
    String name = nodeName(layer);
    nodes.add(new Node(name, layer.path(), layer.className(), operation, inputs.stream().map(Tensor::node).toList(),
        shape, scope.trainable(), scope.training().map(training -> !training).orElse(false)));
    return new Tensor(name, shape);
  }

  private List<Weight> weights(Operation operation, Shape input, Settings settings) {
    List<Weight> needed;
    try {
      needed = WeightShapes.of(operation, input, version);
    } catch (ArithmeticException e) {
      throw new ModelImportException.TooLarge(settings.where(), "fewer weights", "more than an int counts");
    }
    if (needed.stream().anyMatch(weight -> weight.shape().sizes().contains(Shape.UNKNOWN))) {
      throw settings.unsupported("an input whose size is known where the layer has weights", input.toString());
    }
    return needed;
  }

  private List<Tensor> callModel(LayerDefinition layer, ModelDefinition model, Call call, Settings settings,
                                 Map<String, List<List<Tensor>>> outputs, Scope scope) {
    List<Tensor> inputs = flat(byName(inputs(call, settings), model, settings), settings).stream()
        .map(reference -> resolve(reference, outputs, settings.where()).whole(settings)).toList();
    if (inputs.size() != model.inputs().size()) {
      throw settings.invalid(model.inputs().size() + " inputs", String.valueOf(inputs.size()));
    }
    keep(layer, inputs.size() + model.outputs().size());
    List<Tensor> results = run(model, inputs, scope);
    if (results.size() == 1) {
      int made = callsMade.merge(layer.path(), 1, Integer::sum);
      String suffix = made > 1 ? "_call" + made : "";
      aliases.put(layer.path() + suffix, results.get(0).node());
      aliases.merge(layer.name() + suffix, results.get(0).node(), (first, second) -> first.equals(second) ? first : "");
    }
    return results;
  }

  /** A dictionary's values in the order of the model's inputs. */
  private static Argument byName(Argument argument, ModelDefinition model, Settings settings) {
    if (!(argument instanceof Sequence dictionary) || dictionary.keys().isEmpty()
        || dictionary.keys().equals(model.inputKeys())) {
      return argument;
    }
    List<Argument> ordered = new ArrayList<>();
    for (Input input : model.inputs()) {
      int place = dictionary.keys().indexOf(input.name());
      if (place < 0) {
        throw settings.invalid("an input called " + ModelImportException.quote(input.name()),
            dictionary.keys().size() + " others");
      }
      ordered.add(dictionary.items().get(place));
    }
    return new Sequence(ordered, List.of());
  }

  /** What a layer is applied to; its other arguments must be without effect. */
  private static Argument inputs(Call call, Settings settings) {
    for (Map.Entry<String, Argument> entry : call.named().entrySet()) {
      boolean known = entry.getKey().equals("training") || entry.getKey().equals("inputs");
      if (!known && !isNothing(entry.getValue())) {
        throw settings.unsupported("a call with inputs and training only",
            "the argument " + ModelImportException.quote(entry.getKey()));
      }
    }
    Argument inputs = call.positional().isEmpty() ? call.named().get("inputs") : call.positional().get(0);
    if (inputs == null || call.positional().stream().skip(1).anyMatch(argument -> !isNothing(argument))) {
      throw settings.invalid("one argument with all inputs", call.positional().size() + " arguments");
    }
    return inputs;
  }

  private static boolean isNothing(Argument argument) {
    if (!(argument instanceof Literal literal)) {
      return false;
    }
    for (JsonNode item : literal.value()) {
      if (!item.isNull()) {
        return false;
      }
    }
    return literal.value().isNull() || literal.value().isContainerNode();
  }

  private static List<Reference> flat(Argument argument, Settings settings) {
    if (argument instanceof Reference reference) {
      return List.of(reference);
    }
    if (argument instanceof Sequence sequence) {
      List<Reference> all = new ArrayList<>();
      sequence.items().forEach(item -> all.addAll(flat(item, settings)));
      return all;
    }
    throw settings.unsupported("tensors as inputs", "a constant");
  }

  /** The call's own argument {@code training}. */
  private Optional<Boolean> training(Call call, Settings settings) {
    if (!(call.named().get("training") instanceof Literal literal) || literal.value().isNull()) {
      return Optional.empty();
    }
    JsonNode value = literal.value();
    // Keras 2.2.4 also took 0 and 1.
    if (!value.isBoolean() && !Settings.isInteger(value)) {
      throw settings.invalid("training to be true or false", Settings.found(value));
    }
    boolean training = value.isBoolean() ? value.asBoolean() : value.asInt() != 0;
    if (version == Version.KERAS_3) {
      // Its functional models put fit's or predict's own value in place of the one that was written down.
      // Dropout has it in every file of Keras 3, said or not.
      if (!training && !settings.className().matches(".*Dropout.*|GaussianNoise")) {
        settings.note("training=False has no effect in Keras 3's fit, nor here; trainable=False keeps statistics.");
      }
      return Optional.empty();
    }
    return Optional.of(training);
  }

  private String nodeName(LayerDefinition layer) {
    int made = callsMade.merge(layer.path(), 1, Integer::sum);
    String base = sharers.get(layer.name()) == 1 ? layer.name() : layer.path();
    String name = made > 1 ? base + "_call" + made : base;
    while (made > 1 && sharers.containsKey(name) || !names.add(name)) {
      name += "_";
    }
    return name;
  }

  private List<Layer> layers(ModelDefinition model) {
    return model.layers().stream().map(layer -> new Layer(layer.name(), layer.path(), layer.className(),
        layer.trainable(), weights.getOrDefault(layer.path(), List.of()),
        layer.model().map(this::layers).orElse(List.of()), layer.model().isPresent())).toList();
  }

  private void checkWeights() {
    long total = 0;
    for (Map.Entry<String, List<Weight>> layer : weights.entrySet()) {
      for (Weight weight : layer.getValue()) {
        long elements = 1;
        for (int size : weight.shape().sizes()) {
          // Below 2^31 before each step, so that a product fits a long.
          elements *= size;
          if (total + elements > MOST_WEIGHTS) {
            throw new ModelImportException.TooLarge("layer " + ModelImportException.quote(layer.getKey()),
                "at most " + MOST_WEIGHTS + " weights in the model",
                "more with its " + weight.name() + " " + weight.shape());
          }
        }
        total += elements;
      }
    }
  }

  private List<Node> leadingTo(List<String> outputs) {
    Set<String> needed = new HashSet<>(outputs);
    List<Node> leading = new ArrayList<>();
    for (int i = nodes.size() - 1; i >= 0; i--) {
      if (needed.contains(nodes.get(i).name())) {
        needed.addAll(nodes.get(i).inputs());
        leading.add(nodes.get(i));
      }
    }
    Collections.reverse(leading);
    checkReaders(leading);
    return leading;
  }

  private static void checkReaders(List<Node> nodes) {
    Map<String, Integer> readers = new HashMap<>();
    for (Node node : nodes) {
      for (String input : node.inputs()) {
        if (readers.merge(input, 1, Integer::sum) > MOST_READERS) {
          throw new ModelImportException.TooLarge("layer " + ModelImportException.quote(input),
              "at most " + MOST_READERS + " layers that take its output", "more");
        }
      }
    }
  }

  private Map<String, String> usefulAliases(List<Node> leading) {
    Set<String> known = new HashSet<>(names);
    Set<String> left = new HashSet<>();
    leading.forEach(node -> left.add(node.name()));
    Map<String, String> useful = new LinkedHashMap<>(aliases);
    useful.entrySet().removeIf(alias -> known.contains(alias.getKey()) || !left.contains(alias.getValue()));
    return useful;
  }
}
