package org.resnet4j.modelimport.graph;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.resnet4j.modelimport.model.Compilation;
import org.resnet4j.modelimport.model.Input;
import org.resnet4j.modelimport.model.KerasModel;
import org.resnet4j.modelimport.model.Layer;
import org.resnet4j.modelimport.model.Node;
import org.resnet4j.modelimport.model.Operation;
import org.resnet4j.modelimport.model.Shape;
import org.resnet4j.modelimport.model.Weight;
import org.resnet4j.modelimport.weights.LayerWeights;

/** A model put together by a test; its weights follow a formula of their place. */
final class HandModel implements LayerWeights {
  private final List<Input> inputs = new ArrayList<>();
  private final List<Node> nodes = new ArrayList<>();
  private final Map<String, Layer> layers = new LinkedHashMap<>();
  private final Map<String, Shape> shapes = new LinkedHashMap<>();
  private final List<String> frozen = new ArrayList<>();
  private final List<String> inference = new ArrayList<>();
  private Optional<Compilation> compilation = Optional.empty();

  HandModel input(String name, Integer... shape) {
    inputs.add(new Input(name, Shape.of(shape)));
    shapes.put(name, Shape.of(shape));
    return this;
  }

  /** Not trainable from here on. */
  HandModel freeze(String... names) {
    frozen.addAll(List.of(names));
    return this;
  }

  HandModel callForInference(String... names) {
    inference.addAll(List.of(names));
    return this;
  }

  HandModel compile(Compilation compiled) {
    compilation = Optional.of(compiled);
    return this;
  }

  HandModel node(String name, Operation operation, Shape shape, String... from) {
    return node(name, operation, shape, List.of(), from);
  }

  HandModel node(String name, Operation operation, Shape shape, List<Weight> weights, String... from) {
    return call(name, name, operation, shape, weights, from);
  }

  /** A call of a layer that may have been called before. */
  HandModel call(String name, String layer, Operation operation, Shape shape, List<Weight> weights, String... from) {
    boolean trainable = !frozen.contains(name);
    String className = operation.getClass().getSimpleName();
    layers.put(layer, new Layer(layer, layer, className, trainable, weights, List.of(), false));
    nodes.add(new Node(name, layer, className, operation, List.of(from), shape, trainable, inference.contains(name)));
    shapes.put(name, shape);
    return this;
  }

  KerasModel model(String... outputs) {
    Layer root = new Layer("model", "", "Functional", true, List.of(), new ArrayList<>(layers.values()), true);
    return new KerasModel("model", KerasModel.Version.KERAS_3, inputs, nodes, List.of(outputs), root, Map.of(), false,
        compilation, List.of());
  }

  BuiltGraph build(DataType type, String... outputs) {
    return KerasGraph.build(model(outputs), this, type, Optional.empty());
  }

  static Weight weight(String name, Integer... shape) {
    return new Weight(name, Shape.of(shape), !name.startsWith("moving"));
  }

  static List<Weight> norm(int size) {
    return List.of(weight("gamma", size), weight("beta", size), weight("moving_mean", size),
        weight("moving_variance", size));
  }

  @Override
  public INDArray read(String layer, int index, DataType type) {
    Weight weight = layers.get(layer).weights().get(index);
    long[] shape = weight.shape().sizes().stream().mapToLong(Integer::longValue).toArray();
    double[] values = new double[(int) Arrays.stream(shape).reduce(1, (a, b) -> a * b)];
    for (int i = 0; i < values.length; i++) {
      double value = 0.4 * Math.sin(1 + 1.7 * i + index + Math.abs(layer.hashCode() % 100));
      values[i] = switch (weight.name()) {
        case "moving_variance" -> 0.7 + value;
        case "gamma" -> 1 + value;
        default -> value;
      };
    }
    return Nd4j.createFromArray(values).reshape(shape).castTo(type);
  }
}
