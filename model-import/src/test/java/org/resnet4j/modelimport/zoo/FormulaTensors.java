package org.resnet4j.modelimport.zoo;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.resnet4j.testdata.Formula;

/** The values that src-test-data/scripts/formula.py computes from a canonical tensor name. */
final class FormulaTensors {
  private FormulaTensors() {}

  static float[] values(String tensor, long[] shape) {
    long count = 1;
    for (long size : shape) {
      count *= size;
    }
    float[] values = Formula.unitValues(tensor, (int) count);
    float scale = 0.1f;
    float offset = 0;
    if (shape.length > 1) {
      scale = (float) Math.sqrt(1.5 / (count / shape[0]));
    } else if (tensor.endsWith(".weight")) {
      scale = 0.2f;
      offset = 1;
    } else if (tensor.endsWith(".running_var")) {
      scale = 0.5f;
      offset = 1;
    }
    for (int i = 0; i < values.length; i++) {
      values[i] = offset + scale * values[i];
    }
    return values;
  }

  /** The input [N, C, H, W]. */
  static INDArray input(int[] shape) {
    float[] values = Formula.unitValues("input", shape[0] * shape[1] * shape[2] * shape[3]);
    return Nd4j.createFromArray(values).mul(2).reshape(shape[0], shape[1], shape[2], shape[3]);
  }
}
