package org.resnet4j.engine.lower;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.deeplearning4j.nn.api.layers.IOutputLayer;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.graph.FrozenVertex;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayerWithBackprop;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.resnet4j.engine.node.Interpreted;
import org.resnet4j.engine.plan.Constant;
import org.resnet4j.engine.plan.Node;
import org.resnet4j.engine.plan.Program;
import org.resnet4j.engine.plan.Value;

/** Walks a {@code ComputationGraph} in order of computation. */
public final class Lowering {
  private final ComputationGraph graph;
  private final boolean training;
  private final List<Node> nodes = new ArrayList<>();
  private final Map<String, Signal> signals = new HashMap<>();

  private Lowering(ComputationGraph graph, boolean training) {
    this.graph = graph;
    this.training = training;
  }

  /**
   * @param outputs vertices whose activations are wanted, in order
   */
  public static Program of(ComputationGraph graph, List<String> outputs) {
    Lowering lowering = new Lowering(graph, false);
    List<Value> inputs = lowering.inputs();
    lowering.vertices(Set.of());
    List<Value> given = outputs.stream().map(lowering::output).toList();
    return new Program(inputs, lowering.nodes, given);
  }

  /**
   * What training computes: up to the inputs of the output layers, which are the program's outputs.
   *
   * @throws Unsupported if there is a vertex that can't be trained so
   */
  public static Program training(ComputationGraph graph) {
    ComputationGraphConfiguration configuration = graph.getConfiguration();
    Lowering lowering = new Lowering(graph, true);
    List<Value> inputs = lowering.inputs();
    for (String output : configuration.getNetworkOutputs()) {
      if (!(configuration.getVertices().get(output) instanceof LayerVertex)
          || !(graph.getVertex(output).getLayer() instanceof IOutputLayer)) {
        throw new Unsupported(output, "an output that has no loss");
      }
    }
    lowering.vertices(Set.copyOf(configuration.getNetworkOutputs()));
    List<Value> given = configuration.getNetworkOutputs().stream()
        .flatMap(output -> configuration.getVertexInputs().get(output).stream()).map(lowering::output).toList();
    return new Program(inputs, lowering.nodes, given);
  }

  private List<Value> inputs() {
    List<Value> inputs = new ArrayList<>();
    for (String name : graph.getConfiguration().getNetworkInputs()) {
      Value value = new Value(name);
      inputs.add(value);
      signals.put(name, new Signal(value));
    }
    return inputs;
  }

  private void vertices(Set<String> without) {
    ComputationGraphConfiguration configuration = graph.getConfiguration();
    for (int index : graph.topologicalSortOrder()) {
      String name = graph.getVertices()[index].getVertexName();
      if (!signals.containsKey(name) && !without.contains(name)) {
        List<Signal> inputs = configuration.getVertexInputs().get(name).stream().map(signals::get).toList();
        GraphVertex vertex = configuration.getVertices().get(name);
        Site site = new Site(nodes, name, inputs, graph.getVertices()[index].getLayer(), training && !frozen(vertex));
        int before = nodes.size();
        try {
          signals.put(name, lower(site, vertex));
        } catch (Unsupported e) {
          if (training) {
            throw e;
          }
          nodes.subList(before, nodes.size()).clear();
          signals.put(name, interpreted(site, e.what()));
        }
      }
    }
  }

  /** The vertex as DL4J computes it. */
  private Signal interpreted(Site site, String what) {
    String name = site.vertex();
    Parameters.Range range = Parameters.range(graph, name);
    Constant parameters = range.length() == 0 ? null : site.computed("parameters", range.length(), range::read);
    StandIn vertex = new StandIn(graph.getConfiguration(), name, range.length());
    List<Value> inputs = site.inputs().stream().map(site::asIs).toList();
    GraphVertex configured = graph.getConfiguration().getVertices().get(name);
    Class<?> kind = configured instanceof LayerVertex layer ? layer.getLayerConf().getLayer().getClass()
        : configured.getClass();
    return new Signal(site.add(output ->
        new Interpreted(inputs, output, parameters, vertex, kind.getSimpleName(), what)));
  }

  private static Signal lower(Site site, GraphVertex vertex) {
    if (vertex instanceof FrozenVertex frozen) {
      return lower(site, frozen.getUnderlying());
    } else if (vertex instanceof LayerVertex layer) {
      Site prepared = layer.getPreProcessor() == null ? site
          : site.with(Preprocessors.lower(site, layer.getPreProcessor()));
      Layer bare = bare(layer.getLayerConf().getLayer());
      return Layers.lower(site.trains() ? prepared.with(Dropouts.dropped(prepared, bare)) : prepared, bare);
    }
    return Vertices.lower(site, vertex);
  }

  private static boolean frozen(GraphVertex vertex) {
    return vertex instanceof FrozenVertex
        || vertex instanceof LayerVertex layer && bare(layer.getLayerConf().getLayer()) != layer.getLayerConf().getLayer();
  }

  /** The layer inside those that only freeze it. */
  private static Layer bare(Layer layer) {
    return layer instanceof FrozenLayer frozen ? bare(frozen.getLayer())
        : layer instanceof FrozenLayerWithBackprop held ? bare(held.getUnderlying()) : layer;
  }

  private Value output(String name) {
    return new Site(nodes, name, List.of(), null, false).asIs(signals.get(name));
  }
}
