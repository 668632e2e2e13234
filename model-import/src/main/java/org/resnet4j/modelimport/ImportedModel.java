package org.resnet4j.modelimport;

import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.resnet4j.modelimport.graph.LayerMapping;
import org.resnet4j.modelimport.model.Input;

/**
 * A Keras model as DL4J's network.
 *
 * @param graph initialised, with Keras's weights; its vertices have the names of Keras's layers
 * @param origin the file's format and the Keras that wrote it
 * @param inputs what the model takes, in Keras's order of axes, without the batch
 * @param layers what became of each of Keras's layers
 * @param vertices Keras's names of layers and nested models that no vertex has, and the vertices with their outputs
 * @param notes what is different here from Keras, a sentence each
 */
public record ImportedModel(ComputationGraph graph, String origin, List<Input> inputs, List<LayerMapping> layers,
                            Map<String, String> vertices, List<String> notes) {
  public ImportedModel {
    inputs = List.copyOf(inputs);
    layers = List.copyOf(layers);
    vertices = Map.copyOf(vertices);
    notes = List.copyOf(notes);
  }
}
