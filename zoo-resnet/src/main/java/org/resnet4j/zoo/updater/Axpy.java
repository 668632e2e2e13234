package org.resnet4j.zoo.updater;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** {@code y += a * x} in one pass, without the temporary array of {@code y.addi(x.mul(a))}. */
final class Axpy {
  private Axpy() {}

  static void add(double a, INDArray x, INDArray y) {
    Nd4j.exec(new org.nd4j.linalg.api.ops.impl.transforms.pairwise.arithmetic.Axpy(x, y, y, a));
  }
}
