package org.resnet4j.spark.training;

import org.nd4j.linalg.api.ndarray.INDArray;

/** Numbers on their way between processes: plain arrays, whatever ND4J's own are. */
final class Floats {
  private Floats() {}

  /** A copy of all values in their order. */
  static float[] of(INDArray array) {
    return array.reshape(array.length()).toFloatVector();
  }
}
