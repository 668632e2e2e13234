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
}
