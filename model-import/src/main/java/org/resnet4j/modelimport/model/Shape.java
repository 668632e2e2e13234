package org.resnet4j.modelimport.model;

import java.util.List;
import java.util.stream.Collectors;

/**
 * An array's sizes without the batch, in Keras's own order (channels last: [H, W, C]); {@link #UNKNOWN} where the model
 * takes any.
 */
public record Shape(List<Integer> sizes) {
  public static final int UNKNOWN = -1;

  public Shape {
    sizes = List.copyOf(sizes);
  }

  public static Shape of(Integer... sizes) {
    return new Shape(List.of(sizes));
  }

  /** The number of axes, the batch's not counted. */
  public int rank() {
    return sizes.size();
  }

  /** The size along an axis; the batch is axis 0, so the first size is axis 1's. */
  public int size(int axis) {
    return sizes.get(axis - 1);
  }

  @Override
  public String toString() {
    return sizes.stream().map(size -> size == UNKNOWN ? "?" : size.toString())
        .collect(Collectors.joining(", ", "[", "]"));
  }
}
