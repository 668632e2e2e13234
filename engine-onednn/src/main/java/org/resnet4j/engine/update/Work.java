package org.resnet4j.engine.update;

import java.util.List;

/**
 * One step's arithmetic on a parameter: {@code g / divisor}, what regularisation adds to the gradient, the updater,
 * what regularisation adds to the update, and {@code p -= g}.
 */
record Work(float divisor, List<Penalty> before, Rule.Kernel updater, List<Penalty> after) {
  /** A piece of the arrays, as Java's. A thread's own; it stays in the first cache. */
  static final class Piece {
    /** Numbers in a piece: four arrays of a memory page each. Twice as many are as fast, four times are slower. */
    static final int LENGTH = 1024;

    final float[] gradient = new float[LENGTH];
    final float[] parameters = new float[LENGTH];
    final float[] first = new float[LENGTH];
    final float[] second = new float[LENGTH];
  }

  void apply(Piece piece, int n) {
    if (divisor != 1) {
      Kernels.divide(piece.gradient, divisor, n);
    }
    for (Penalty penalty : before) {
      penalty.apply(piece.parameters, piece.gradient, n);
    }
    updater.apply(piece.gradient, piece.first, piece.second, n);
    for (Penalty penalty : after) {
      penalty.apply(piece.parameters, piece.gradient, n);
    }
    Kernels.subtract(piece.gradient, piece.parameters, n);
  }
}
