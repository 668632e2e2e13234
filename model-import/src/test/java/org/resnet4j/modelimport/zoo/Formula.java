package org.resnet4j.modelimport.zoo;

import java.nio.charset.StandardCharsets;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** The values that src-test-data/scripts/formula.py computes from a canonical tensor name. */
final class Formula {
  private Formula() {}

  static float[] values(String tensor, long[] shape) {
    long count = 1;
    for (long size : shape) {
      count *= size;
    }
    float[] values = unit(tensor, (int) count);
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
    float[] values = unit("input", shape[0] * shape[1] * shape[2] * shape[3]);
    return Nd4j.createFromArray(values).mul(2).reshape(shape[0], shape[1], shape[2], shape[3]);
  }

  private static float[] unit(String name, int count) {
    long hash = 0xCBF29CE484222325L;
    for (byte b : name.getBytes(StandardCharsets.UTF_8)) {
      hash = (hash ^ (b & 0xFF)) * 0x100000001B3L;
    }
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      long z = hash + (i + 1) * 0x9E3779B97F4A7C15L;
      z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
      z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
      z ^= z >>> 31;
      values[i] = (float) ((z >>> 40) * 0x1p-23 - 1);
    }
    return values;
  }
}
