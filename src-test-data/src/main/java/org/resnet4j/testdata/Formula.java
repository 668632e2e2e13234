package org.resnet4j.testdata;

import java.nio.charset.StandardCharsets;

/** The values that scripts/formula.py computes from a tensor's name. */
public final class Formula {
  private Formula() {}

  /** Values in [-1, 1): splitmix64 of the name's FNV-1a hash and the index. */
  public static float[] unitValues(String name, int count) {
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

  /** The values of a network's tensor by its canonical name, in row-major order. */
  public static float[] tensor(String name, long[] shape) {
    long count = 1;
    for (long size : shape) {
      count *= size;
    }
    float[] values = unitValues(name, Math.toIntExact(count));
    float scale = 0.1f;
    float offset = 0;
    if (shape.length > 1) {
      scale = (float) Math.sqrt(1.5 / (count / shape[0]));
    } else if (name.endsWith(".weight")) {
      scale = 0.2f;
      offset = 1;
    } else if (name.endsWith(".running_var")) {
      scale = 0.5f;
      offset = 1;
    }
    for (int i = 0; i < values.length; i++) {
      values[i] = offset + scale * values[i];
    }
    return values;
  }
}
