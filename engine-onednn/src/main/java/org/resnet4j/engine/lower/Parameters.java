package org.resnet4j.engine.lower;

import org.bytedeco.javacpp.FloatPointer;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.shape.Shape;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** Numbers of ND4J's arrays. */
final class Parameters {
  private Parameters() {}

  /** A vertex's part of all of a network's parameters. */
  record Range(ComputationGraph graph, long first, long length) {
    float[] read() {
      return floats(graph.params().get(NDArrayIndex.interval(first, first + length)));
    }
  }

  /** Where DL4J keeps a vertex's parameters. */
  static Range range(ComputationGraph graph, String vertex) {
    long first = 0;
    for (int index : graph.topologicalSortOrder()) {
      GraphVertex configured = graph.getConfiguration().getVertices().get(graph.getVertices()[index].getVertexName());
      long length = configured == null ? 0 : configured.numParams(true);
      if (graph.getVertices()[index].getVertexName().equals(vertex)) {
        return new Range(graph, first, length);
      }
      first += length;
    }
    throw new IllegalArgumentException("vertex: expected one of the network's, found " + vertex);
  }

  /** Row by row, a copy. */
  static float[] floats(INDArray array) {
    INDArray rows = array.dataType() == DataType.FLOAT ? array : array.castTo(DataType.FLOAT);
    boolean inOrder = rows.ordering() == 'c' && Shape.hasDefaultStridesForShape(rows)
        && rows.data().pointer() instanceof FloatPointer;
    if (!inOrder) {
      rows = rows.dup('c');
    }
    float[] values = new float[Math.toIntExact(rows.length())];
    new FloatPointer(rows.data().pointer()).position(rows.offset()).get(values);
    return values;
  }
}
