package org.resnet4j.zoo;

import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Five training steps of a tiny member of each block kind give the original's losses, gradients and statistics. */
class TrainingParityTest {
  static List<String> kinds() {
    return RecordedTraining.kinds();
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void fiveStepsEqualTheOriginals(String kind) {
    RecordedTraining.check(kind, UnaryOperator.identity());
  }
}
