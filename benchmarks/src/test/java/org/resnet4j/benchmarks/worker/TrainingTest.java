package org.resnet4j.benchmarks.worker;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.resnet4j.engine.OneDnn;

class TrainingTest {
  private static final String MODEL = "cifar_resnet8";
  private static final int BATCH = 4;

  @TempDir
  static Path folder;
  private static ModelFiles files;

  @BeforeAll
  static void prepare() throws IOException {
    files = new ModelFiles(folder.toString());
    PrepareModel.write(MODEL, Job.TRAINING, new int[] {BATCH, 2}, files);
  }

  @Test
  void eachStepsLossTellsOfTheUpdateBefore() throws IOException {
    float[] losses = Floats.readAll(files.expectedLosses(BATCH));
    assertEquals(Recipe.SMALL.checkedSteps(), losses.length);
    for (int i = 1; i < losses.length; i++) {
      // More than even bfloat16 is allowed to be off.
      double change = Math.abs(losses[i] - losses[i - 1]) / losses[i];
      assertTrue(change > NumberType.BF16.tolerance(Job.TRAINING), Arrays.toString(losses));
    }
  }

  @ParameterizedTest
  @CsvSource({"DL4J, OFF", "DL4J, ON", "ENGINE, OFF", "ENGINE, ON"})
  void firstLossesAreStocksAndTrainingGoesOn(Method method, Pipeline pipeline) throws IOException {
    assumeTrue(method != Method.ENGINE || OneDnn.unavailable().isEmpty());
    float[] expected = Floats.readAll(files.expectedLosses(BATCH));
    Training training = new Training(new WorkerTask(Job.TRAINING, method, NumberType.F32, Variant.ONLY, MODEL, BATCH, 1,
        3, 32, 32, files, Recipe.SMALL, pipeline, folder.resolve("output").toString(), 0, 0));
    try (training) {
      training.compile();
      training.call();
      assertArrayEquals(Arrays.copyOf(expected, 1), training.values(), 1e-3f);
      for (int i = 0; i < 5; i++) {
        training.call();
      }
      assertArrayEquals(expected, training.values(), 1e-3f);
    }
  }
}
