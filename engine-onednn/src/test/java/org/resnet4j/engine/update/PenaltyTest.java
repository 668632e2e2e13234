package org.resnet4j.engine.update;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.regularization.L1Regularization;
import org.nd4j.linalg.learning.regularization.L2Regularization;
import org.nd4j.linalg.learning.regularization.Regularization;
import org.nd4j.linalg.learning.regularization.WeightDecay;

/** Numbers at the borders, which training doesn't come to. */
class PenaltyTest {
  static Stream<Regularization> regularizations() {
    return Stream.of(new L1Regularization(0.25), new L2Regularization(0.25), new WeightDecay(0.25, true),
        new WeightDecay(0.25, false));
  }

  @ParameterizedTest
  @MethodSource("regularizations")
  void zerosTiniesAndInfinitiesCountAsInDl4j(Regularization regularization) {
    float[] parameters = {0, -0f, Float.MIN_VALUE, -Float.MIN_VALUE, Float.MIN_NORMAL, -Float.MAX_VALUE,
        Float.MAX_VALUE, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, 1, -1e-20f};
    for (float start : new float[] {0, -0f, 1, Float.MIN_VALUE}) {
      float[] gradient = new float[parameters.length];
      Arrays.fill(gradient, start);
      INDArray expected = Nd4j.createFromArray(gradient.clone());
      regularization.apply(Nd4j.createFromArray(parameters.clone()), expected, 0.5, 3, 1);
      Penalty.at(regularization, 0.5, 3, 1).apply(parameters, gradient, gradient.length);
      assertArrayEquals(expected.toFloatVector(), gradient);
    }
  }
}
