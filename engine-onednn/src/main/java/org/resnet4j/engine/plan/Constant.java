package org.resnet4j.engine.plan;

import java.util.function.Supplier;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Parameters of a network, or numbers made from them, as a primitive needs them; equal only to itself. */
public final class Constant {
  private final String name;
  private final long length;
  private final Supplier<float[]> values;
  private final Supplier<INDArray> trained;

  /**
   * @param length how many numbers there are
   * @param values reads them from the network as it is at the time, in row-major order
   */
  public Constant(String name, long length, Supplier<float[]> values) {
    this(name, length, values, null);
  }

  /**
   * Parameters that training changes.
   *
   * @param trained a view of the network's array, in the arrangement in which the primitive's axes stand
   */
  public Constant(String name, long length, Supplier<float[]> values, Supplier<INDArray> trained) {
    this.name = name;
    this.length = length;
    this.values = values;
    this.trained = trained;
  }

  /** Whether training changes them. */
  public boolean isTrained() {
    return trained != null;
  }

  /** The view of the network's array. */
  INDArray view() {
    return trained.get();
  }

  public String name() {
    return name;
  }

  public long length() {
    return length;
  }

  public float[] values() {
    float[] now = values.get();
    if (now.length != length) {
      throw new IllegalStateException("%s: expected %d numbers, found %d".formatted(name, length, now.length));
    }
    return now;
  }

  @Override
  public String toString() {
    return name;
  }
}
