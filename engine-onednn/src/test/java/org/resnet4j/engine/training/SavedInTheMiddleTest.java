package org.resnet4j.engine.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.schedule.ExponentialSchedule;
import org.nd4j.linalg.schedule.ScheduleType;
import org.resnet4j.engine.FastComputationGraph;
import org.resnet4j.engine.OneDnn;

/** A net that is saved with its updater and read again goes on as if it had never been away. */
class SavedInTheMiddleTest {
  private static final int BEFORE = 3;
  private static final int AFTER = 3;

  /** Who trains before, and who after. */
  enum Way {
    ENGINE_TO_DL4J(true, false),
    ENGINE_TO_ENGINE(true, true),
    DL4J_TO_ENGINE(false, true);

    private final boolean engineBefore;
    private final boolean engineAfter;

    Way(boolean engineBefore, boolean engineAfter) {
      this.engineBefore = engineBefore;
      this.engineAfter = engineAfter;
    }
  }

  @TempDir
  private Path folder;

  @ParameterizedTest
  @EnumSource(Way.class)
  void goesOnTheSame(Way way) throws IOException {
    List<DataSet> batches = PhotoPieces.batches(BEFORE + AFTER, 8, SmallNets.SIZE, 5);
    // State of its own, and a rate that depends on how many steps there were.
    ComputationGraph stayed = SmallNets.V1.made(new Adam(new ExponentialSchedule(ScheduleType.ITERATION, 0.003, 0.8)));
    ComputationGraph begun = engine(way.engineBefore, stayed.clone());
    for (DataSet batch : batches.subList(0, BEFORE)) {
      stayed.fit(batch);
      begun.fit(batch);
    }
    assertTrained(begun);
    File file = folder.resolve("net.zip").toFile();
    ModelSerializer.writeModel(begun, file, true);
    begun.close();
    ComputationGraph restored = ModelSerializer.restoreComputationGraph(file, true);
    assertSame(ComputationGraph.class, restored.getClass());
    ComputationGraph went = engine(way.engineAfter, restored);
    assertEquals(BEFORE, went.getIterationCount());
    INDArray middle = went.params().dup();
    for (DataSet batch : batches.subList(BEFORE, BEFORE + AFTER)) {
      stayed.fit(batch);
      went.fit(batch);
      assertEquals(stayed.score(), went.score(), 1e-4 * stayed.score());
    }
    assertEquals(BEFORE + AFTER, went.getIterationCount());
    assertTrained(went);
    Pair.assertSameWay(middle, stayed, went);
    went.close();
  }

  private static void assertTrained(ComputationGraph graph) {
    if (graph instanceof FastComputationGraph fast) {
      assertFalse(fast.profiled().isEmpty(), "DL4J trained this network");
    }
  }

  private static ComputationGraph engine(boolean does, ComputationGraph graph) {
    if (!does) {
      return graph;
    }
    FastComputationGraph fast = OneDnn.wrap(graph, TrainingStep.FLOATS);
    fast.profile();
    return fast;
  }
}
