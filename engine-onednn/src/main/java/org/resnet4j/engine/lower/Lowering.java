package org.resnet4j.engine.lower;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.layers.IOutputLayer;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.graph.FrozenVertex;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.layers.FrozenLayerWithBackprop;
import org.resnet4j.engine.node.Detached;
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
          || !(loss(graph, output) instanceof IOutputLayer)) {
        throw new Unsupported(output, "an output that has no loss");
      }
      configuration.getVertexInputs().forEach((vertex, read) -> {
        if (read.contains(output)) {
          throw new Unsupported(output, "an output that vertex " + vertex + " reads");
        }
      });
    }
    lowering.vertices(Set.copyOf(configuration.getNetworkOutputs()));
    List<Value> given = configuration.getNetworkOutputs().stream()
        .flatMap(output -> configuration.getVertexInputs().get(output).stream()).map(lowering::output).toList();
    Program program = new Program(inputs, lowering.nodes, given);
    Frozen.checkReached(program);
    return program;
  }

  /** The layer that computes an output's loss. */
  private static Layer loss(ComputationGraph graph, String output) {
    Layer layer = graph.getVertex(output).getLayer();
    return layer instanceof FrozenLayerWithBackprop held ? held.getInsideLayer() : layer;
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
        Layer layer = graph.getVertices()[index].getLayer();
        Frozen frozen = Frozen.of(vertex, layer);
        Site site = new Site(nodes, name, inputs, layer, training && frozen == Frozen.NOT);
        int before = nodes.size();
        try {
          Signal signal = lower(site, vertex);
          signals.put(name, training ? checked(site, vertex, frozen, signal) : signal);
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

  /** What training makes of a vertex beyond its nodes. */
  private Signal checked(Site site, GraphVertex vertex, Frozen frozen, Signal signal) {
    if (site.layer() instanceof IOutputLayer) {
      throw site.unsupported("a layer with a loss that is no output");
    } else if (frozen == Frozen.NOT || !new Program(List.of(), nodes, List.of()).wanted().contains(signal.value())) {
      return signal;
    } else if (frozen == Frozen.HELD) {
      Frozen.check(site.vertex(), vertex);
      return signal;
    }
    return signal.with(site.add(output -> new Detached(signal.value(), output)));
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

  private Signal lower(Site site, GraphVertex vertex) {
    if (vertex instanceof FrozenVertex frozen) {
      if (frozen.getUnderlying() instanceof LayerVertex && training) {
        // Unlike in a FrozenLayer, batch norm and dropout are those of training in it.
        throw site.unsupported("a layer in a FrozenVertex");
      }
      return lower(site, frozen.getUnderlying());
    } else if (vertex instanceof LayerVertex layer) {
      Site prepared = layer.getPreProcessor() == null ? site
          : site.with(Preprocessors.lower(site, layer.getPreProcessor()));
      org.deeplearning4j.nn.conf.layers.Layer bare = Frozen.bare(layer.getLayerConf().getLayer());
      return Layers.lower(site.trains() ? prepared.with(Dropouts.dropped(prepared, bare)) : prepared, bare);
    }
    return Vertices.lower(site, vertex);
  }

  private Value output(String name) {
    return new Site(nodes, name, List.of(), null, false).asIs(signals.get(name));
  }
}
