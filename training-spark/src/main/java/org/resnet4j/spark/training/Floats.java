package org.resnet4j.spark.training;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.resnet4j.training.loop.TrainingStep;

/** Numbers on their way between processes: plain arrays, whatever ND4J's own are. */
final class Floats {
  private Floats() {}

  /** Sets a net's state, by copies that are freed at once: off the heap they would wait for the garbage collector. */
  static void install(TrainingStep trained, float[] parameters, float[] updater, long phaseStep) {
    try (INDArray values = Nd4j.createFromArray(parameters);
        INDArray state = updater == null ? null : Nd4j.createFromArray(updater)) {
      trained.goOnFrom(values, state, phaseStep);
    }
  }

  /** A copy of all values in their order. */
  static float[] of(INDArray array) {
    return array.reshape(array.length()).toFloatVector();
  }
}
