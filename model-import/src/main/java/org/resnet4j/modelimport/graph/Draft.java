package org.resnet4j.modelimport.graph;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.graph.FrozenVertex;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.resnet4j.modelimport.model.Node;
import org.resnet4j.modelimport.model.Regularization;
import org.resnet4j.zoo.layer.HeldLayer;

/** A net being put together: its vertices in order, and what is to be done once they are all there. */
final class Draft {
  /** A parameter's value: a tensor of the file, in another form, or one number where Keras has no tensor. */
  record Placement(String vertex, String parameter, String layer, int tensor, UnaryOperator<INDArray> form,
                   double constant) {
    static final int NO_TENSOR = -1;
  }

  /** Penalties on a vertex' weights and bias. */
  record Penalties(Regularization weights, Regularization bias) {}

  private final ComputationGraphConfiguration.GraphBuilder graph;
  private final Set<String> names;
  private final Map<String, List<String>> vertices = new LinkedHashMap<>();
  private final Map<String, Class<?>> classes = new HashMap<>();
  private final Set<String> settled = new HashSet<>();
  private final boolean freezes;
  final List<Placement> placements = new ArrayList<>();
  final Map<String, Penalties> penalties = new LinkedHashMap<>();

  /**
   * @param names of inputs and nodes
   * @param freezes whether some layer with parameters isn't trainable
   */
  Draft(ComputationGraphConfiguration.GraphBuilder graph, Set<String> names, boolean freezes) {
    this.graph = graph;
    this.names = new HashSet<>(names);
    this.freezes = freezes;
  }

  /** A name like {@code node_suffix} that nothing has yet. */
  String fresh(String node, String suffix) {
    String name = node + "_" + suffix;
    for (int i = 2; !names.add(name); i++) {
      name = node + "_" + suffix + i;
    }
    return name;
  }

  void settle(String input) {
    settled.add(input);
  }

  /** Adds a layer that always computes alike in training and inference, or doesn't train with its node. */
  String layer(Node node, String name, Layer layer, String input) {
    return add(node, name, layer, input, false);
  }

  /** Adds a layer that is random in training. */
  String random(Node node, String name, Layer layer, String input) {
    return add(node, name, layer, input, true);
  }

  /** Adds a layer that ends the net, whose loss must not be frozen. */
  String output(Node node, String name, Layer layer, String input) {
    graph.addLayer(name, layer, input);
    note(node, name, layer.getClass());
    return name;
  }

  private String add(Node node, String name, Layer layer, String input, boolean random) {
    boolean parameters = layer.initializer().numParams(layer) > 0;
    Layer added = layer;
    if (settled.contains(input) && !random && !(parameters && node.trainable())) {
      settled.add(name);
      added = freezes ? new FrozenLayer(layer) : layer;
    } else if (parameters && !node.trainable()) {
      added = new HeldLayer(layer);
    }
    layer.setLayerName(name);
    graph.addLayer(name, added, input);
    note(node, name, layer.getClass());
    return name;
  }

  String vertex(Node node, String name, GraphVertex vertex, List<String> inputs) {
    boolean frozen = settled.containsAll(inputs);
    if (frozen) {
      settled.add(name);
    }
    graph.addVertex(name, frozen && freezes ? new FrozenVertex(vertex) : vertex, inputs.toArray(String[]::new));
    note(node, name, vertex.getClass());
    return name;
  }

  private void note(Node node, String name, Class<?> type) {
    classes.put(name, type);
    if (node != null) {
      vertices.computeIfAbsent(node.name(), key -> new ArrayList<>()).add(name);
    }
  }

  List<String> vertices(Node node) {
    return vertices.getOrDefault(node.name(), List.of());
  }

  String className(String vertex) {
    return classes.get(vertex).getSimpleName();
  }

  void place(String vertex, String parameter, Node node, int tensor, UnaryOperator<INDArray> form) {
    placements.add(new Placement(vertex, parameter, node.layer(), tensor, form, Double.NaN));
  }

  void fill(String vertex, String parameter, double value) {
    placements.add(new Placement(vertex, parameter, null, Placement.NO_TENSOR, null, value));
  }

  void penalise(String vertex, Regularization weights, Regularization bias) {
    penalties.put(vertex, new Penalties(weights, bias));
  }
}
