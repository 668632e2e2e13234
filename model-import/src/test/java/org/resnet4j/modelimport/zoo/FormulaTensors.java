package org.resnet4j.modelimport.zoo;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.resnet4j.testdata.Formula;

/** The arrays that src-test-data/scripts/formula.py computes from a name. */
final class FormulaTensors {
  private FormulaTensors() {}

  /** The input [N, C, H, W]. */
  static INDArray input(int[] shape) {
    float[] values = Formula.unitValues("input", shape[0] * shape[1] * shape[2] * shape[3]);
    return Nd4j.createFromArray(values).mul(2).reshape(shape[0], shape[1], shape[2], shape[3]);
  }
}
