package org.resnet4j.modelimport.weights;

import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The weights of a model's layers. Every tensor was found, and its shape checked, before the first is read; each is
 * read when asked for, so that a model's weights need not be in memory twice.
 */
public interface LayerWeights {
  /**
   * A layer's tensor, in Keras's layout and row-major order; the array is the caller's own.
   *
   * @param layer the {@code path} of a {@code Layer} of the model
   * @param index the tensor's place in {@code Layer.weights()}
   * @throws org.resnet4j.modelimport.ModelImportException if it can't be read, or holds NaN, an infinity or a negative
   *     variance
   */
  INDArray read(String layer, int index, DataType type);
}
