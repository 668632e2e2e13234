package org.resnet4j.modelimport.graph;

import java.util.List;
import org.deeplearning4j.nn.graph.ComputationGraph;

/**
 * A Keras model as DL4J's net.
 *
 * @param layers in order of computation
 * @param notes what differs from Keras, a sentence each
 */
public record BuiltGraph(ComputationGraph graph, List<LayerMapping> layers, List<String> notes) {
  public BuiltGraph {
    layers = List.copyOf(layers);
    notes = List.copyOf(notes);
  }
}
