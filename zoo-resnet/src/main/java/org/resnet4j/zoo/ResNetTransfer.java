package org.resnet4j.zoo;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.FrozenVertex;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.BaseOutputLayer;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayerWithBackprop;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Transfer learning on a trained graph of this zoo or an imported one, by vertex name or endpoint ({@code stem},
 * {@code stage1} and on, {@code pool}). Each method gives a new graph and leaves the old one alone; every weight and
 * running statistic that a method does not name is the old one to the bit. An optimiser's state starts anew.
 *
 * <p>DL4J's {@code TransferLearning} does not check vertex names and has no way to unfreeze.
 */
public final class ResNetTransfer {
  private ResNetTransfer() {}

  /**
   * The graph with a new, randomly initialised head: the last layer with parameters ({@code logits} in a graph of
   * this zoo), which must be a dense layer or a convolution.
   *
   * <p>A graph that ends in features gets a dense softmax output called {@code head} behind them, and images are first
   * averaged by {@code head_pool}. A loss that isn't one of several classes becomes softmax with cross-entropy.
   *
   * @throws IllegalArgumentException if the graph has no such head, or {@code classes} isn't positive
   */
  public static ComputationGraph newHead(ComputationGraph trained, int classes) {
    if (classes < 1) {
      throw new IllegalArgumentException("A head needs at least one class, found " + classes + ".");
    }
    ComputationGraphConfiguration configuration = trained.getConfiguration().clone();
    return withParametersOf(trained, configuration, Set.of(Heads.replace(configuration, classes)));
  }

  /**
   * The graph that gives probabilities where the old one gives logits: softmax or sigmoid moves from the loss into the
   * output, so training stays the same. A graph of several outputs that were trained for nothing of the kind gets
   * softmax; any other is given back as it is.
   */
  public static ComputationGraph withProbabilities(ComputationGraph trained) {
    ComputationGraphConfiguration configuration = trained.getConfiguration().clone();
    return Heads.addProbabilities(configuration) ? withParametersOf(trained, configuration, Set.of()) : trained;
  }

  /**
   * The graph with two outputs 1 - p and p where the old one has one, p, by a sigmoid behind a dense layer; any other is
   * given back as it is. A softmax of 0 and z is the sigmoid of z, so the new layer has the old weights and zeros.
   */
  public static ComputationGraph withTwoClasses(ComputationGraph trained) {
    ComputationGraphConfiguration configuration = trained.getConfiguration();
    String name = Heads.find(configuration);
    if (outputs(trained) != 1 || !Heads.endsInSigmoid(configuration)
        || !trained.getLayer(name).paramTable().containsKey("W") || trained.getLayer(name).getParam("W").rank() != 2) {
      return trained;
    }
    ComputationGraph two = newHead(trained, 2);
    trained.getLayer(name).paramTable().forEach((key, parameter) -> {
      INDArray own = two.getLayer(name).getParam(key);
      own.assign(0);
      if (own.rank() == 1) {
        own.putScalar(1, parameter.getDouble(0));
      } else {
        own.getColumn(1, true).assign(parameter);
      }
    });
    return two;
  }

  /** How many values the graph gives for an image: its classes, or its features if it has no head. */
  public static long outputs(ComputationGraph graph) {
    Layer head = bare(graph.getLayer(Heads.find(graph.getConfiguration())).conf().getLayer());
    return ((FeedForwardLayer) head).getNOut();
  }

  /** The vertex with the features that the head takes, before any dropout; the output of a graph without a head. */
  public static String features(ComputationGraph graph) {
    ComputationGraphConfiguration configuration = graph.getConfiguration();
    String name = Heads.find(configuration);
    if (graph.getLayer(name).numParams() == 0) {
      return name;
    }
    do {
      name = configuration.getVertexInputs().get(name).get(0);
    } while (configuration.getVertices().get(name) instanceof LayerVertex vertex
        && bare(vertex.getLayerConf().getLayer()) instanceof DropoutLayer);
    return name;
  }

  /**
   * The part of the graph that leads to a vertex or endpoint, which becomes its output.
   *
   * @throws IllegalArgumentException if there is no such vertex
   */
  public static ComputationGraph featureExtractor(ComputationGraph trained, String vertexOrEndpoint) {
    ComputationGraphConfiguration configuration = trained.getConfiguration().clone();
    String last = resolve(configuration, vertexOrEndpoint);
    Set<String> kept = upstream(configuration, last);
    configuration.getVertices().keySet().retainAll(kept);
    configuration.getVertexInputs().keySet().retainAll(kept);
    configuration.setNetworkOutputs(List.of(last));
    // Cached orders name the removed vertices.
    configuration.setTopologicalOrder(null);
    configuration.setTopologicalOrderStr(null);
    return withParametersOf(trained, configuration, Set.of());
  }

  /**
   * The graph with a second output: the {@link #features}.
   *
   * @throws IllegalArgumentException if they are its output already
   */
  public static ComputationGraph withFeatures(ComputationGraph trained) {
    ComputationGraphConfiguration configuration = trained.getConfiguration().clone();
    List<String> outputs = new ArrayList<>(configuration.getNetworkOutputs());
    String features = features(trained);
    if (outputs.contains(features)) {
      throw new IllegalArgumentException("The graph's output \"" + features + "\" is its features.");
    }
    outputs.add(features);
    configuration.setNetworkOutputs(outputs);
    return withParametersOf(trained, configuration, Set.of());
  }

  /**
   * The graph in which a vertex or endpoint, and all that leads to it, is frozen: no gradient, no update, norms by
   * their running statistics.
   *
   * @throws IllegalArgumentException if there is no such vertex
   */
  public static ComputationGraph freezeThrough(ComputationGraph trained, String vertexOrEndpoint) {
    ComputationGraphConfiguration configuration = trained.getConfiguration().clone();
    Map<String, GraphVertex> vertices = configuration.getVertices();
    for (String name : upstream(configuration, resolve(configuration, vertexOrEndpoint))) {
      GraphVertex vertex = vertices.get(name);
      if (vertex instanceof LayerVertex layerVertex) {
        Layer layer = layerVertex.getLayerConf().getLayer();
        if (layer instanceof BaseOutputLayer) {
          throw new IllegalArgumentException("Layer \"" + name + "\" has the loss, so it can't be frozen: name the "
              + "vertex before it, " + configuration.getVertexInputs().get(name) + ".");
        }
        // The loss has nothing to freeze, and DL4J must find it unwrapped.
        if (!(layer instanceof FrozenLayer || layer instanceof LossLayer)) {
          FrozenLayer frozen = new FrozenLayer(bare(layer));
          frozen.setLayerName(layer.getLayerName());
          replaceLayer(layerVertex, frozen);
        }
      } else if (!(vertex instanceof FrozenVertex)) {
        vertices.put(name, new FrozenVertex(vertex));
      }
    }
    return withParametersOf(trained, configuration, Set.of());
  }

  /** The graph in which nothing is frozen. */
  public static ComputationGraph unfreeze(ComputationGraph trained) {
    ComputationGraphConfiguration configuration = trained.getConfiguration().clone();
    configuration.getVertices().replaceAll((name, vertex) -> {
      if (vertex instanceof LayerVertex layerVertex
          && bare(layerVertex.getLayerConf().getLayer()) != layerVertex.getLayerConf().getLayer()) {
        replaceLayer(layerVertex, bare(layerVertex.getLayerConf().getLayer()));
      }
      return vertex instanceof FrozenVertex frozen ? frozen.getUnderlying() : vertex;
    });
    return withParametersOf(trained, configuration, Set.of());
  }

  /** The layer inside those that only freeze it. */
  static Layer bare(Layer layer) {
    return layer instanceof FrozenLayer frozen ? bare(frozen.getLayer())
        : layer instanceof FrozenLayerWithBackprop held ? bare(held.getUnderlying()) : layer;
  }

  static void replaceLayer(LayerVertex vertex, Layer layer) {
    NeuralNetConfiguration configuration = vertex.getLayerConf().clone();
    configuration.clearVariables();
    configuration.setLayer(layer);
    vertex.setLayerConf(configuration);
  }

  /**
   * The vertex of that name, else the last one of an endpoint: {@code stage2} is the last {@code stage2_} vertex.
   *
   * @throws IllegalArgumentException if there is neither
   */
  public static String vertex(ComputationGraph graph, String vertexOrEndpoint) {
    return resolve(graph.getConfiguration(), vertexOrEndpoint);
  }

  private static String resolve(ComputationGraphConfiguration configuration, String vertexOrEndpoint) {
    Map<String, GraphVertex> vertices = configuration.getVertices();
    if (vertices.containsKey(vertexOrEndpoint)) {
      return vertexOrEndpoint;
    }
    String last = null;
    if (vertexOrEndpoint.matches("stem|stage\\d+")) {
      for (String name : vertices.keySet()) {
        last = name.startsWith(vertexOrEndpoint + "_") ? name : last;
      }
    }
    if (last == null) {
      throw new IllegalArgumentException("The graph has no vertex or endpoint \"" + vertexOrEndpoint
          + "\"; endpoints are stem, stage1 and on, pool, logits; vertices are " + vertices.keySet() + ".");
    }
    return last;
  }

  /** The vertex and all that leads to it, inputs aside. */
  private static Set<String> upstream(ComputationGraphConfiguration configuration, String vertex) {
    Set<String> found = new HashSet<>();
    Deque<String> open = new ArrayDeque<>(List.of(vertex));
    while (!open.isEmpty()) {
      String name = open.pop();
      if (configuration.getVertices().containsKey(name) && found.add(name)) {
        open.addAll(configuration.getVertexInputs().get(name));
      }
    }
    return found;
  }

  private static ComputationGraph withParametersOf(
      ComputationGraph trained, ComputationGraphConfiguration configuration, Set<String> fresh) {
    LayerHelpers.enable();
    ComputationGraph graph = new ComputationGraph(configuration);
    graph.init();
    for (String name : configuration.getVertices().keySet()) {
      org.deeplearning4j.nn.api.Layer layer = graph.getLayer(name);
      if (layer == null || layer.numParams() == 0 || fresh.contains(name)) {
        continue;
      }
      INDArray from = trained.getLayer(name).params();
      if (from.length() != layer.params().length()) {
        throw new IllegalStateException(
            name + ": expected " + layer.params().length() + " parameters, found " + from.length() + ".");
      }
      layer.params().assign(from);
    }
    return graph;
  }
}
