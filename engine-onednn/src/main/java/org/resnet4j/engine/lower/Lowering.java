package org.resnet4j.engine.lower;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.graph.FrozenVertex;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayerWithBackprop;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.resnet4j.engine.plan.Node;
import org.resnet4j.engine.plan.Program;
import org.resnet4j.engine.plan.Value;

/** Walks a {@code ComputationGraph} in order of computation. */
public final class Lowering {
  private final ComputationGraph graph;
  private final List<Node> nodes = new ArrayList<>();
  private final Map<String, Signal> signals = new HashMap<>();

  private Lowering(ComputationGraph graph) {
    this.graph = graph;
  }

  /**
   * @param outputs vertices whose activations are wanted, in order
   */
  public static Program of(ComputationGraph graph, List<String> outputs) {
    Lowering lowering = new Lowering(graph);
    List<Value> inputs = lowering.inputs();
    lowering.vertices();
    List<Value> given = outputs.stream().map(lowering::output).toList();
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

  private void vertices() {
    ComputationGraphConfiguration configuration = graph.getConfiguration();
    for (int index : graph.topologicalSortOrder()) {
      String name = graph.getVertices()[index].getVertexName();
      if (!signals.containsKey(name)) {
        List<Signal> inputs = configuration.getVertexInputs().get(name).stream().map(signals::get).toList();
        Site site = new Site(nodes, name, inputs, graph.getVertices()[index].getLayer());
        signals.put(name, lower(site, configuration.getVertices().get(name)));
      }
    }
  }

  private static Signal lower(Site site, GraphVertex vertex) {
    if (vertex instanceof FrozenVertex frozen) {
      return lower(site, frozen.getUnderlying());
    } else if (vertex instanceof LayerVertex layer) {
      Site prepared = layer.getPreProcessor() == null ? site
          : site.with(Preprocessors.lower(site, layer.getPreProcessor()));
      return Layers.lower(prepared, bare(layer.getLayerConf().getLayer()));
    }
    return Vertices.lower(site, vertex);
  }

  /** The layer inside those that only freeze it. */
  private static Layer bare(Layer layer) {
    return layer instanceof FrozenLayer frozen ? bare(frozen.getLayer())
        : layer instanceof FrozenLayerWithBackprop held ? bare(held.getUnderlying()) : layer;
  }

  private Value output(String name) {
    return new Site(nodes, name, List.of(), null).asIs(signals.get(name));
  }
}
