package org.resnet4j.training.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.schedule.FixedSchedule;
import org.nd4j.linalg.schedule.StepSchedule;
import org.nd4j.linalg.schedule.ScheduleType;
import org.resnet4j.engine.OneDnn;
import org.resnet4j.training.data.ImageBatches;
import org.resnet4j.training.loop.TrainingResult.End;
import org.resnet4j.zoo.ResNets;
import org.resnet4j.zoo.updater.AdamW;
import org.resnet4j.zoo.updater.SgdMomentum;

/** A run that was stopped anywhere and went on ends as one that never was. */
class ResumeTest {
  private static final int IMAGES = 20;
  @TempDir
  private Path folder;

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void stoppedAtEveryStepItEndsTheSame(boolean engine) throws IOException {
    endsTheSame(engine, plan(new SgdMomentum(0, 0.9)));
  }

  @Test
  void soItDoesWithUpdatersThatCountSteps() throws IOException {
    endsTheSame(true, plan(new Adam(1e-3)));
    endsTheSame(true, plan(new AdamW(1e-3)));
  }

  @Test
  void soItDoesWithEveryAid() throws IOException {
    TrainingPlan simple = plan(new SgdMomentum(0, 0.9));
    endsTheSame(true, new TrainingPlan(simple.phases(), simple.updater(), 1e-3, false, TrainingPlan.Decayed.ALL,
        OptionalDouble.of(0.5), 2, new TrainingPlan.Average(0.8, 2), true, false, 0, 3));
  }

  /** Two phases, of which the first is frozen, and batches of 8, 8 and 4. */
  private static TrainingPlan plan(IUpdater updater) {
    StepSchedule rate = new StepSchedule(ScheduleType.ITERATION, 0.02, 0.5, 2);
    return new TrainingPlan(List.of(new TrainingPhase("head", 1, rate).withFrozenThrough("pool"),
        new TrainingPhase("all", 2, rate)), updater, 1e-4, updater instanceof AdamW, TrainingPlan.Decayed.WEIGHTS,
        OptionalDouble.empty(), 1, null, false, true, 0, 3);
  }

  private void endsTheSame(boolean engine, TrainingPlan plan) throws IOException {
    UnaryOperator<ComputationGraph> on = engine ? OneDnn::wrap : UnaryOperator.identity();
    TrainingResult whole = run(plan, on, new Checkpoints(Files.createTempDirectory(folder, "whole")), Integer.MAX_VALUE);
    assertEquals(End.ALL_EPOCHS, whole.end());

    Checkpoints checkpoints = new Checkpoints(Files.createTempDirectory(folder, "stopped"));
    TrainingResult stopped;
    int starts = 0;
    do {
      stopped = run(plan, on, checkpoints, 1);
      starts++;
    } while (stopped.end() == End.STOPPED);
    assertTrue(starts >= 9, "a stop after each of 9 steps, found " + starts);
    assertEquals(End.ALL_EPOCHS, stopped.end());
    assertEquals(0, whole.graph().params().sub(stopped.graph().params()).norm1Number().doubleValue());
    assertEquals(figures(whole), figures(stopped));
    assertEquals(whole.best().orElseThrow().epoch(), stopped.best().orElseThrow().epoch());
  }

  /** Starts anew, or from the newest checkpoint, and stops after so many steps. */
  private static TrainingResult run(TrainingPlan plan, UnaryOperator<ComputationGraph> engine, Checkpoints checkpoints,
      int steps) throws IOException {
    int[] done = {0};
    TrainingObserver counting = new TrainingObserver() {
      @Override
      public void batchTrained(int images, double seconds, double loss, double accuracy) {
        done[0]++;
      }
    };
    return run(plan, engine, checkpoints, counting, () -> done[0] >= steps);
  }

  private static ComputationGraph net() {
    return ResNets.named("cifar_resnet8").numClasses(2).inputShape(3, 16, 16).seed(4).build().init();
  }

  private static TrainingResult run(TrainingPlan plan, UnaryOperator<ComputationGraph> engine, Checkpoints checkpoints,
      TrainingObserver observer, BooleanSupplier stopped) throws IOException {
    Trainer trainer = new Trainer(plan, observer).on(engine)
        .checkpointed(checkpoints, Duration.ofHours(1)).stoppedWhen(stopped);
    try (ImageBatches training = ColourBatches.varied(IMAGES, 8, 1);
        ImageBatches validation = ColourBatches.of(8, 4, 2)) {
      var state = checkpoints.newest(warning -> { });
      Steps steps = Steps.of(training);
      Validation measured = Validation.on(ColourBatches.CLASSES, validation);
      return state.isPresent() ? trainer.resume(state.get(), net(), steps, measured)
          : trainer.train(net(), steps, measured);
    }
  }

  /** All that doesn't tell time. */
  private static List<List<Object>> figures(TrainingResult result) {
    return result.epochs().stream().map(e -> List.<Object>of(e.epoch(), e.trainLoss(), e.trainAccuracy(),
        e.validationLoss(), e.validationAccuracy(), e.learningRate(), e.phase(), e.validationTopFive(),
        e.iteration())).toList();
  }

  @Test
  void stoppedInAValidationItValidatesAgain() throws IOException {
    TrainingPlan plan = plan(new SgdMomentum(0, 0.9));
    boolean[] validating = {false};
    TrainingObserver watching = new TrainingObserver() {
      @Override
      public void batchValidated(int images) {
        validating[0] = true;
      }

      @Override
      public void epochEnded(EpochMetrics epoch) {
        validating[0] = false;
      }
    };
    Checkpoints checkpoints = new Checkpoints(folder);
    TrainingResult stopped = run(plan, UnaryOperator.identity(), checkpoints, watching, () -> validating[0]
        && checkpoints.any());
    assertEquals(End.STOPPED, stopped.end());
    assertEquals(2, stopped.epochs().size(), "the untrained net's, and the first");
    TrainingResult resumed = run(plan, UnaryOperator.identity(), checkpoints, Integer.MAX_VALUE);
    TrainingResult whole =
        run(plan, UnaryOperator.identity(), new Checkpoints(folder.resolve("whole")), Integer.MAX_VALUE);
    assertEquals(figures(whole), figures(resumed));
    assertEquals(whole.graph().params(), resumed.graph().params());
  }

  @Test
  void parametersThatAreNoNumbersAreNeverWritten() throws IOException {
    TrainingPlan explodes = TrainingPlan.sgd(
        List.of(new TrainingPhase("all", 1, new FixedSchedule(1e38))), 0.9, 0, 0, 1);
    Checkpoints checkpoints = new Checkpoints(folder);
    try (ImageBatches training = ColourBatches.varied(IMAGES, 8, 1);
        ImageBatches validation = ColourBatches.of(8, 4, 2)) {
      TrainingResult result = new Trainer(explodes, new TrainingObserver() {})
          .checkpointed(checkpoints, Duration.ofNanos(1))
          .train(net(), Steps.of(training), Validation.on(ColourBatches.CLASSES, validation));
      assertEquals(End.DIVERGED, result.end());
      assertTrue(result.seen().startsWith("in step 1, epoch 1, at a learning rate of 1.0E38, the parameters' sum"),
          result.seen());
      assertFalse(checkpoints.any());
    }
  }

  @Test
  void aFinishedRunTrainsNoMore() throws IOException {
    TrainingPlan plan = plan(new SgdMomentum(0, 0.9));
    Checkpoints checkpoints = new Checkpoints(folder);
    TrainingResult ended = run(plan, UnaryOperator.identity(), checkpoints, Integer.MAX_VALUE);
    TrainingResult again = run(plan, UnaryOperator.identity(), checkpoints, 0);
    assertEquals(End.ALL_EPOCHS, again.end());
    assertEquals(ended.graph().params(), again.graph().params());
  }

  @Test
  void aDamagedCheckpointIsPassedOverForTheOneBefore() throws IOException {
    TrainingPlan plan = plan(new SgdMomentum(0, 0.9));
    Checkpoints checkpoints = new Checkpoints(folder);
    run(plan, UnaryOperator.identity(), checkpoints, Integer.MAX_VALUE);
    List<Path> files;
    try (Stream<Path> listed = Files.list(folder)) {
      files = listed.sorted().toList();
    }
    assertEquals(List.of("checkpoint-6.safetensors", "checkpoint-9.safetensors"),
        files.stream().map(f -> f.getFileName().toString()).toList());
    byte[] good = Files.readAllBytes(files.get(1));
    List<byte[]> damages = new ArrayList<>(List.of(new byte[0], Arrays.copyOf(good, good.length / 2)));
    for (int at : new int[] {3, 60, good.length / 3, good.length - 1}) {
      byte[] flipped = good.clone();
      flipped[at] ^= 4;
      damages.add(flipped);
    }
    for (byte[] damage : damages) {
      Files.write(files.get(1), damage);
      List<String> warnings = new ArrayList<>();
      assertEquals(6, checkpoints.newest(warnings::add).orElseThrow().place().step());
      assertEquals(1, warnings.size());
      assertTrue(warnings.get(0).startsWith("The checkpoint checkpoint-9.safetensors is damaged"), warnings.get(0));
    }
    Files.write(files.get(0), new byte[100]);
    CheckpointException none = assertThrows(CheckpointException.class, () -> checkpoints.newest(w -> { }));
    assertTrue(none.getMessage().startsWith("None of the 2 checkpoints in "), none.getMessage());
  }

  @Test
  void aCheckpointThatCantBeWrittenLeavesTheLastOne() throws IOException {
    TrainingPlan plan = plan(new SgdMomentum(0, 0.9));
    Checkpoints checkpoints = new Checkpoints(folder);
    run(plan, UnaryOperator.identity(), checkpoints, 4);
    Files.createDirectory(folder.resolve("checkpoint-5.safetensors"));
    CheckpointException failed = assertThrows(CheckpointException.class,
        () -> run(plan, UnaryOperator.identity(), checkpoints, 1));
    assertTrue(failed.getMessage().contains("checkpoint-4.safetensors, is kept"), failed.getMessage());
  }
}
