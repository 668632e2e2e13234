package org.resnet4j.engine.lower;

import java.util.List;
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

  /**
   * With the axes in another order.
   *
   * @param order the old axis of each new one
   */
  static float[] permuted(float[] values, List<Long> shape, List<Integer> order) {
    int rank = shape.size();
    int[] strides = new int[rank];
    int step = 1;
    for (int axis = rank - 1; axis >= 0; axis--) {
      strides[axis] = step;
      step *= Math.toIntExact(shape.get(axis));
    }
    float[] permuted = new float[values.length];
    long[] place = new long[rank];
    for (int i = 0; i < permuted.length; i++) {
      int from = 0;
      for (int axis = 0; axis < rank; axis++) {
        from += (int) place[axis] * strides[order.get(axis)];
      }
      permuted[i] = values[from];
      for (int axis = rank - 1; axis >= 0 && ++place[axis] == shape.get(order.get(axis)); axis--) {
        place[axis] = 0;
      }
    }
    return permuted;
  }
}
