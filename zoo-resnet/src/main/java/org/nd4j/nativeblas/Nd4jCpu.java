package org.nd4j.nativeblas;

import org.resnet4j.zoo.LayerHelpers;

/**
 * The name under which Deeplearning4j 1.0.0-M2.1 ({@code BaseMKLDNNHelper.mklDnnEnabled}) asks ND4J whether it has
 * oneDNN. ND4J moved the class to {@code org.nd4j.linalg.cpu.nativecpu.bindings} and renamed the method, and so no
 * oneDNN helper is ever used; this class answers in its place. Not for use by anyone else.
 */
public final class Nd4jCpu {
  private Nd4jCpu() {}

  /** Found by name, with these methods, by reflection. */
  public static final class Environment {
    private static final Environment INSTANCE = new Environment();

    private Environment() {}

    public static Environment getInstance() {
      return INSTANCE;
    }

    public boolean isUseMKLDNN() {
      return LayerHelpers.hasOneDnn();
    }
  }
}
