package org.resnet4j.spark.training;

import org.bytedeco.javacpp.FloatPointer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.resnet4j.training.loop.TrainingStep;

/** Numbers on their way between processes: plain arrays, whatever ND4J's own are. */
final class Floats {
  private Floats() {}

  /** Sets a net's state, by copies that are freed at once: off the heap they would wait for the garbage collector. */
  static void install(TrainingStep trained, float[] parameters, float[] updater, long phaseStep) {
    try (INDArray values = array(parameters); INDArray state = updater == null ? null : array(updater)) {
      trained.goOnFrom(values, state, phaseStep);
    }
  }

  /** A copy as a vector; the caller closes it. */
  static INDArray array(float[] values) {
    INDArray array = Nd4j.createUninitialized(DataType.FLOAT, values.length);
    pointer(array).put(values);
    return array;
  }

  /**
   * A copy of all values in their order, about twice as fast as by ND4J's own methods.
   *
   * @param array float32, its elements one after another: parameters, gradients, the updater's state
   */
  static float[] of(INDArray array) {
    if (array.dataType() != DataType.FLOAT || array.elementWiseStride() != 1) {
      throw new IllegalArgumentException("expected float32 without gaps, found " + array.shapeInfoToString());
    }
    float[] values = new float[(int) array.length()];
    pointer(array).get(values);
    return values;
  }

  private static FloatPointer pointer(INDArray array) {
    return new FloatPointer(array.data().addressPointer());
  }
}
