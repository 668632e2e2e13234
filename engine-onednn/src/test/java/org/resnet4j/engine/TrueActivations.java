package org.resnet4j.engine;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.deeplearning4j.nn.graph.vertex.VertexIndices;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What DL4J's vertices compute, each from copies of its inputs.
 *
 * <p>{@code feedForward} and {@code output} let activations write over what a vertex before them gave, which then comes
 * back wrong: no reference for a net's intermediates.
 */
public final class TrueActivations {
  private TrueActivations() {}

  /** Every vertex's output in inference, of the network's inputs too, by its name. */
  public static Map<String, INDArray> of(ComputationGraph graph, INDArray... inputs) {
    LayerWorkspaceMgr workspaces = LayerWorkspaceMgr.noWorkspaces();
    Map<String, INDArray> activations = new LinkedHashMap<>();
    List<String> names = graph.getConfiguration().getNetworkInputs();
    for (int i = 0; i < inputs.length; i++) {
      activations.put(names.get(i), inputs[i]);
    }
    // Preprocessors ask the graph for the batch size.
    graph.setInputs(copies(inputs));
    for (int index : graph.topologicalSortOrder()) {
      GraphVertex vertex = graph.getVertices()[index];
      if (!vertex.isInputVertex()) {
        VertexIndices[] sources = vertex.getInputVertices();
        for (int i = 0; i < sources.length; i++) {
          String source = graph.getVertices()[sources[i].getVertexIndex()].getVertexName();
          vertex.setInput(i, activations.get(source).dup('c'), workspaces);
        }
        activations.put(vertex.getVertexName(), vertex.doForward(false, workspaces).dup('c'));
        vertex.clear();
      }
    }
    graph.clear();
    return activations;
  }

  private static INDArray[] copies(INDArray[] arrays) {
    INDArray[] copies = new INDArray[arrays.length];
    for (int i = 0; i < arrays.length; i++) {
      copies[i] = arrays[i].dup('c');
    }
    return copies;
  }
}
