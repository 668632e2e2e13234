package org.resnet4j.training.loop;

import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A network in inference mode, whatever computes it. */
@FunctionalInterface
public interface Network extends AutoCloseable {
  /**
   * Computes a batch.
   *
   * @param images [images, channels, height, width] in float32, or [images, height, width, channels] for a network that
   *     takes NHWC; any number of images
   * @return the network's one output, a row an image; the caller's
   */
  INDArray output(INDArray images);

  /**
   * Computes a batch with a network that may have several outputs.
   *
   * @param images as for {@link #output}
   * @return the outputs in the network's order; the caller's
   */
  default INDArray[] outputs(INDArray images) {
    return new INDArray[] {output(images)};
  }

  /** Frees what was made to compute it; the graph that it came from stays. */
  @Override
  default void close() {}

  /** Deeplearning4j's own computation, with the graph's parameters as they are at each call. */
  static Network of(ComputationGraph graph) {
    return new Network() {
      @Override
      public INDArray output(INDArray images) {
        return graph.outputSingle(images);
      }

      @Override
      public INDArray[] outputs(INDArray images) {
        return graph.output(images);
      }
    };
  }
}
