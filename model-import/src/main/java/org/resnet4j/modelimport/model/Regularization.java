package org.resnet4j.modelimport.model;

/** Keras's penalty l1 * sum(|w|) + l2 * sum(w²); its gradient is l1 * sign(w) + 2 * l2 * w. */
public record Regularization(double l1, double l2) {
  public static final Regularization NONE = new Regularization(0, 0);
}
