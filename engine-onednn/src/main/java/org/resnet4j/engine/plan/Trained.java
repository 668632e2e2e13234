package org.resnet4j.engine.plan;

import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A network's flat arrays: where training reads parameters and writes gradients.
 *
 * @param parameters [1, length] or [length], float32
 * @param gradients of the same length
 */
public record Trained(INDArray parameters, INDArray gradients) {
  Pointer master(Constant constant) {
    return at(parameters, constant.view().offset());
  }

  /** At the same distance from the array's beginning as the parameter. */
  Pointer gradient(Constant constant) {
    return at(gradients, gradients.offset() + constant.view().offset() - parameters.offset());
  }

  private static Pointer at(INDArray array, long offset) {
    return new FloatPointer(array.data().pointer()).getPointer(offset);
  }
}
