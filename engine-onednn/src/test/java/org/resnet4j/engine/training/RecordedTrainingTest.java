package org.resnet4j.engine.training;

import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.resnet4j.engine.EngineOptions;
import org.resnet4j.engine.FastComputationGraph;
import org.resnet4j.engine.OneDnn;
import org.resnet4j.zoo.RecordedTraining;

/** The engine's five steps are those of PyTorch and TensorFlow, as DL4J's are. */
class RecordedTrainingTest {
  private final List<FastComputationGraph> wrapped = new ArrayList<>();

  static List<String> kinds() {
    return RecordedTraining.kinds();
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void fiveStepsEqualTheOriginals(String kind) {
    check(kind, TrainingStep.FLOATS);
  }

  @ParameterizedTest
  @ValueSource(strings = {"basic_v1", "bottleneck_v2", "cifar_a", "group_norm", "resnext"})
  void fiveStepsWithRecomputationEqualTheOriginals(String kind) {
    check(kind, TrainingStep.FLOATS.withRecompute(true));
  }

  private void check(String kind, EngineOptions options) {
    RecordedTraining.check(kind, graph -> {
      FastComputationGraph fast = OneDnn.wrap(graph, options);
      fast.profile();
      wrapped.add(fast);
      return fast;
    });
    wrapped.forEach(fast -> assertFalse(fast.profiled().isEmpty(), "DL4J trained " + kind));
  }

  @AfterEach
  void close() {
    wrapped.forEach(FastComputationGraph::close);
  }
}
