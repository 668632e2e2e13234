package org.resnet4j.training.report;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.graph.FrozenVertex;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayerWithBackprop;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.resnet4j.zoo.layer.Permutation;
import org.resnet4j.zoo.layer.Reshaping;

/**
 * The vertices that lead to a graph's first output, each after those that it reads.
 *
 * @param inputs of each vertex, by name, in that order; the network's inputs aren't among the keys
 */
record GraphOrder(Map<String, List<String>> inputs, Map<String, GraphVertex> vertices) {

  static GraphOrder of(ComputationGraph graph) {
    ComputationGraphConfiguration configuration = graph.getConfiguration();
    List<String> order = Arrays.stream(graph.topologicalSortOrder())
        .mapToObj(index -> graph.getVertices()[index].getVertexName()).toList();
    Set<String> leading = new HashSet<>(List.of(configuration.getNetworkOutputs().get(0)));
    for (int i = order.size() - 1; i >= 0; i--) {
      if (leading.contains(order.get(i)) && configuration.getVertexInputs().containsKey(order.get(i))) {
        leading.addAll(configuration.getVertexInputs().get(order.get(i)));
      }
    }
    Map<String, List<String>> inputs = new LinkedHashMap<>();
    for (String name : order) {
      if (leading.contains(name) && configuration.getVertices().containsKey(name)) {
        inputs.put(name, configuration.getVertexInputs().get(name));
      }
    }
    return new GraphOrder(inputs, configuration.getVertices());
  }

  /** The vertices through which every path from input to output leads, in order; the output is the last. */
  List<String> bottlenecks() {
    List<String> names = new ArrayList<>(inputs.keySet());
    // The furthest vertex, by number, that reads anything before the one looked at; inputs count as before all.
    int furthest = -1;
    int[] read = new int[names.size()];
    for (int i = 0; i < names.size(); i++) {
      for (String input : inputs.get(names.get(i))) {
        int from = names.indexOf(input);
        if (from < 0) {
          furthest = Math.max(furthest, i);
        } else {
          read[from] = Math.max(read[from], i);
        }
      }
    }
    List<String> found = new ArrayList<>();
    for (int i = 0; i < names.size(); i++) {
      if (furthest <= i) {
        found.add(names.get(i));
      }
      furthest = Math.max(furthest, read[i]);
    }
    return found;
  }

  /** The vertices behind the named one, in order. */
  List<String> behind(String vertex) {
    List<String> names = new ArrayList<>(inputs.keySet());
    return List.copyOf(names.subList(names.indexOf(vertex) + 1, names.size()));
  }

  /** Whether a vertex only hands on, pooled or in another shape, what the one before it found. */
  boolean passesOn(String name) {
    GraphVertex vertex = bare(vertices.get(name));
    Layer layer = vertex instanceof LayerVertex layerVertex ? bare(layerVertex.getLayerConf().getLayer()) : null;
    return layer instanceof SubsamplingLayer || layer instanceof GlobalPoolingLayer || layer instanceof DropoutLayer
        || vertex instanceof Reshaping || vertex instanceof Permutation;
  }

  /** The layout of a vertex's images: that of the nearest layer before it that has one. */
  CNN2DFormat format(String name) {
    for (String at = name; inputs.containsKey(at); at = inputs.get(at).get(0)) {
      GraphVertex vertex = bare(vertices.get(at));
      for (CNN2DFormat format : CNN2DFormat.values()) {
        if (vertex.equals(Permutation.to(format))) {
          return format;
        }
      }
      Layer layer = vertex instanceof LayerVertex layerVertex ? bare(layerVertex.getLayerConf().getLayer()) : null;
      if (layer instanceof ConvolutionLayer convolution) {
        return convolution.getCnn2dDataFormat();
      } else if (layer instanceof SubsamplingLayer pool) {
        return pool.getCnn2dDataFormat();
      } else if (layer instanceof BatchNormalization norm) {
        return norm.getCnn2DFormat();
      }
    }
    throw new IllegalArgumentException("Vertex \"" + name + "\": expected a convolution before it, found none.");
  }

  /** The layer inside those that freeze it. */
  static Layer bare(Layer layer) {
    return layer instanceof FrozenLayer frozen ? bare(frozen.getLayer())
        : layer instanceof FrozenLayerWithBackprop held ? bare(held.getUnderlying()) : layer;
  }

  static GraphVertex bare(GraphVertex vertex) {
    return vertex instanceof FrozenVertex frozen ? frozen.getUnderlying() : vertex;
  }
}
