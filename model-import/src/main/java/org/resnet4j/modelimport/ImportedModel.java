package org.resnet4j.modelimport;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.resnet4j.modelimport.graph.LayerMapping;
import org.resnet4j.modelimport.model.Input;

/**
 * A Keras model as DL4J's network.
 *
 * @param graph initialised, with Keras's weights; its vertices have the names of Keras's layers
 * @param origin the file's format and the Keras that wrote it
 * @param inputs what the model takes, in Keras's order of axes, without the batch
 * @param outputs Keras's names of the graph's outputs, in their order
 * @param layers what became of each of Keras's layers
 * @param vertices Keras's names of layers and nested models that no vertex has, and the vertices with their outputs
 * @param merged layers of Keras's whose work a vertex of another one does
 * @param notes what is different here from Keras, a sentence each
 */
public record ImportedModel(ComputationGraph graph, String origin, List<Input> inputs, List<String> outputs,
                            List<LayerMapping> layers, Map<String, String> vertices, Set<String> merged,
                            List<String> notes) {
  public ImportedModel {
    inputs = List.copyOf(inputs);
    outputs = List.copyOf(outputs);
    layers = List.copyOf(layers);
    vertices = Map.copyOf(vertices);
    merged = Set.copyOf(merged);
    notes = List.copyOf(notes);
  }

  /** The same with another graph of the same vertices: one that was saved and loaded. */
  public ImportedModel with(ComputationGraph other) {
    return new ImportedModel(other, origin, inputs, outputs, layers, vertices, merged, notes);
  }
}
