package org.resnet4j.engine;

import org.nd4j.linalg.api.ndarray.INDArray;

/** A network's inference as oneDNN primitives; any number of threads may call it at once. */
public final class CompiledGraph implements AutoCloseable {
  private CompiledGraph() {}

  /** The outputs, in order of the network's, as {@code ComputationGraph.output} gives them. */
  public INDArray[] output(INDArray... inputs) {
    return new INDArray[0];
  }

  /** Takes the network's parameters as they are now; calls that began before end with the old ones. */
  public void refresh() {}

  @Override
  public void close() {}
}
