package org.resnet4j.engine.update;

import org.nd4j.linalg.learning.regularization.L1Regularization;
import org.nd4j.linalg.learning.regularization.L2Regularization;
import org.nd4j.linalg.learning.regularization.Regularization;
import org.nd4j.linalg.learning.regularization.WeightDecay;

/**
 * What a regularisation adds to the gradient, or after the updater to the update, at one step.
 *
 * @param by times the parameter or its sign
 */
record Penalty(Of of, float by) {
  enum Of {
    VALUE,
    SIGN
  }

  static boolean isKnown(Regularization regularization) {
    Class<?> type = regularization.getClass();
    return type == L1Regularization.class || type == L2Regularization.class || type == WeightDecay.class;
  }

  /** Of a known one. */
  static Penalty at(Regularization regularization, double rate, int iteration, int epoch) {
    if (regularization instanceof L1Regularization l1) {
      return new Penalty(Of.SIGN, (float) l1.getL1().valueAt(iteration, epoch));
    }
    if (regularization instanceof L2Regularization l2) {
      return new Penalty(Of.VALUE, (float) l2.getL2().valueAt(iteration, epoch));
    }
    WeightDecay decay = (WeightDecay) regularization;
    double by = decay.getCoeff().valueAt(iteration, epoch);
    return new Penalty(Of.VALUE, (float) (decay.isApplyLR() ? by * rate : by));
  }

  void apply(float[] parameters, float[] gradient, int n) {
    if (of == Of.SIGN) {
      Kernels.addSign(by, parameters, gradient, n);
    } else {
      Kernels.add(by, parameters, gradient, n);
    }
  }
}
