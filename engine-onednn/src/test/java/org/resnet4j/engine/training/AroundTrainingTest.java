package org.resnet4j.engine.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.deeplearning4j.datasets.iterator.utilty.ListDataSetIterator;
import org.deeplearning4j.earlystopping.EarlyStoppingConfiguration;
import org.deeplearning4j.earlystopping.EarlyStoppingResult;
import org.deeplearning4j.earlystopping.saver.InMemoryModelSaver;
import org.deeplearning4j.earlystopping.scorecalc.DataSetLossCalculator;
import org.deeplearning4j.earlystopping.termination.MaxEpochsTerminationCondition;
import org.deeplearning4j.earlystopping.termination.ScoreImprovementEpochTerminationCondition;
import org.deeplearning4j.earlystopping.trainer.EarlyStoppingGraphTrainer;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.transferlearning.FineTuneConfiguration;
import org.deeplearning4j.nn.transferlearning.TransferLearning;
import org.deeplearning4j.nn.weights.WeightInit;
import org.deeplearning4j.optimize.api.BaseTrainingListener;
import org.deeplearning4j.parallelism.ParallelWrapper;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.schedule.ScheduleType;
import org.nd4j.linalg.schedule.StepSchedule;
import org.resnet4j.engine.FastComputationGraph;
import org.resnet4j.engine.OneDnn;

/** What DL4J has around a network's training does the same with one that the engine trains. */
class AroundTrainingTest {
  private static final List<DataSet> BATCHES = PhotoPieces.batches(4, 6, SmallNets.SIZE, 12);
  private static final DataSet[] ALL = BATCHES.toArray(DataSet[]::new);

  private static DataSetIterator iterator() {
    return new ListDataSetIterator<>(BATCHES.stream().map(DataSet::copy).toList(), 1);
  }

  /** Which has DL4J count its steps from zero. */
  @Test
  void aCloneGoesOnAsDl4jsDoes() {
    try (Pair pair = new Pair(SmallNets.V2.made(new Adam(0.003)))) {
      pair.fit(ALL[0], ALL[1]);
      ComputationGraph expected = pair.stock.clone();
      FastComputationGraph clone = pair.fast.clone();
      clone.profile();
      INDArray before = clone.params().dup();
      pair.fit(ALL[2], ALL[3]);
      assertEquals(before, clone.params(), "the clone's parameters are its own");
      for (DataSet batch : List.of(ALL[2], ALL[3])) {
        expected.fit(batch.copy());
        clone.fit(batch.copy());
      }
      assertFalse(clone.profiled().isEmpty(), "DL4J trained the clone");
      Pair.assertSameWay(before, expected, clone);
      assertEquals(expected.getIterationCount(), clone.getIterationCount());
      clone.close();
      pair.assertSame();
    }
  }

  /** A net that the engine trained gets new classes and a frozen part, and the engine trains what that gives. */
  @Test
  void transferLearning() {
    try (Pair pair = new Pair(SmallNets.V1.made())) {
      pair.fit(ALL[0], ALL[1]);
      ComputationGraph made = new TransferLearning.GraphBuilder(pair.fast)
          .fineTuneConfiguration(new FineTuneConfiguration.Builder().updater(new Nesterovs(0.01, 0.9)).seed(5).build())
          .setFeatureExtractor("stage1_block1_relu").nOutReplace("logits", 3, WeightInit.XAVIER)
          .nInReplace("output", 3, WeightInit.XAVIER).build();
      INDArray labels = Sketch.labels(6, 3);
      try (Pair transferred = new Pair(made)) {
        INDArray frozen = made.getLayer("stage1_block1_conv1").params().dup();
        assertEquals(0, off(pair.fast.getLayer("stage1_block1_conv1").params(), frozen));
        transferred.fit(new DataSet(ALL[2].getFeatures(), labels), new DataSet(ALL[3].getFeatures(), labels));
        transferred.assertSame();
        assertEquals(0, off(frozen, transferred.fast.getLayer("stage1_block1_conv1").params()));
      }
    }
  }

  /** Notes what it is told. */
  private static final class Events extends BaseTrainingListener {
    final List<String> events = new ArrayList<>();

    @Override
    public void iterationDone(Model model, int iteration, int epoch) {
      events.add("iteration %d of epoch %d: %.3f".formatted(iteration, epoch, model.score()));
    }

    @Override
    public void onEpochStart(Model model) {
      events.add("start");
    }

    @Override
    public void onEpochEnd(Model model) {
      events.add("end");
    }

    @Override
    public void onGradientCalculation(Model model) {
      events.add("gradient " + largest(model));
    }

    @Override
    public void onBackwardPass(Model model) {
      events.add("backward " + largest(model));
    }

    private static String largest(Model model) {
      return "%.2g".formatted(model.gradient().gradientForVariable().get("logits_W").norm2Number().doubleValue());
    }
  }

  @Test
  void listenersHearTheSame() {
    try (Pair pair = new Pair(SmallNets.V1.made())) {
      Events expected = new Events();
      Events found = new Events();
      pair.stock.setListeners(expected);
      pair.fast.setListeners(found);
      pair.stock.fit(iterator(), 2);
      pair.fast.fit(iterator(), 2);
      assertEquals(expected.events, found.events);
      assertEquals(2 * (2 + 3 * ALL.length), found.events.size());
      pair.assertSame();
    }
  }

  /** A listener that reads activations of the forward pass gets DL4J's. */
  @Test
  void listenersGetActivations() {
    List<String> stock = activations(SmallNets.V1.made());
    FastComputationGraph fast = OneDnn.wrap(SmallNets.V1.made(), TrainingStep.FLOATS);
    fast.profile();
    assertEquals(stock, activations(fast));
    assertTrue(stock.stream().anyMatch(line -> line.startsWith("stage2_block1_conv1 ")), stock.toString());
    assertTrue(fast.profiled().isEmpty(), "the engine has no activations for listeners");
    fast.setListeners();
    fast.fit(ALL[0]);
    assertFalse(fast.profiled().isEmpty(), "without that listener the engine trains");
    fast.close();
  }

  private static List<String> activations(ComputationGraph graph) {
    List<String> lines = new ArrayList<>();
    graph.setListeners(new BaseTrainingListener() {
      @Override
      public void onForwardPass(Model model, Map<String, INDArray> activations) {
        activations.forEach((name, array) -> lines.add("%s %.3f".formatted(name, array.norm2Number().doubleValue())));
      }
    });
    graph.fit(ALL[0].copy());
    return lines.stream().sorted().toList();
  }

  @Test
  void schedulesCountEpochs() {
    try (Pair pair = new Pair(SmallNets.V1.made(
        new Nesterovs(new StepSchedule(ScheduleType.EPOCH, 0.05, 0.01, 1), 0.9)))) {
      pair.stock.fit(iterator(), 3);
      pair.fast.fit(iterator(), 3);
      assertEquals(3, pair.fast.getEpochCount());
      pair.assertSame();
    }
  }

  private static EarlyStoppingResult<ComputationGraph> stopEarly(ComputationGraph graph) {
    EarlyStoppingConfiguration<ComputationGraph> configuration =
        new EarlyStoppingConfiguration.Builder<ComputationGraph>()
            .epochTerminationConditions(new MaxEpochsTerminationCondition(4),
                new ScoreImprovementEpochTerminationCondition(2))
            .scoreCalculator(new DataSetLossCalculator(
                new ListDataSetIterator<>(PhotoPieces.batches(2, 6, SmallNets.SIZE, 99), 1), true))
            .modelSaver(new InMemoryModelSaver<>()).build();
    return new EarlyStoppingGraphTrainer(configuration, graph, iterator()).fit();
  }

  @Test
  void earlyStopping() {
    try (Pair pair = new Pair(SmallNets.V1.made(new Nesterovs(0.01, 0.9)))) {
      EarlyStoppingResult<ComputationGraph> expected = stopEarly(pair.stock);
      EarlyStoppingResult<ComputationGraph> found = stopEarly(pair.fast);
      assertEquals(expected.getTerminationReason(), found.getTerminationReason(), found.toString());
      assertEquals(expected.getBestModelEpoch(), found.getBestModelEpoch());
      assertEquals(expected.getTotalEpochs(), found.getTotalEpochs());
      assertEquals(expected.getScoreVsEpoch().keySet(), found.getScoreVsEpoch().keySet());
      expected.getScoreVsEpoch().forEach((epoch, score) ->
          assertEquals(score, found.getScoreVsEpoch().get(epoch), 1e-3, "epoch " + epoch));
      pair.assertSame();
      assertInstanceOf(FastComputationGraph.class, found.getBestModel());
      assertTrue(off(expected.getBestModel().params(), found.getBestModel().params()) < 1e-3);
      found.getBestModel().close();
    }
  }

  /**
   * Two workers, averaged after each step: the engine in the wrapped network's own, DL4J in the other, which copies the
   * first's parameters when it gets to it. So each waits for the other's gradients before it changes anything.
   */
  @Test
  void parallelWrapper() throws Exception {
    FastComputationGraph fast = OneDnn.wrap(SmallNets.V1.made(), TrainingStep.FLOATS);
    fast.profile();
    CyclicBarrier both = new CyclicBarrier(2);
    AtomicInteger steps = new AtomicInteger();
    INDArray start = fast.params().dup();
    INDArray before = fast.outputSingle(ALL[0].getFeatures());
    try (ParallelWrapper wrapper = new ParallelWrapper.Builder<>(fast).workers(2).averagingFrequency(1)
        .trainingMode(ParallelWrapper.TrainingMode.AVERAGING).build()) {
      wrapper.setListeners(new BaseTrainingListener() {
        @Override
        public void onGradientCalculation(Model model) {
          try {
            both.await(60, TimeUnit.SECONDS);
          } catch (InterruptedException | BrokenBarrierException | TimeoutException e) {
            throw new IllegalStateException(e);
          }
          steps.incrementAndGet();
        }
      });
      wrapper.fit(iterator());
    }
    assertEquals(ALL.length, steps.get());
    ComputationGraph first = SmallNets.V1.made();
    ComputationGraph second = SmallNets.V1.made();
    for (int i = 0; i < ALL.length; i += 2) {
      first.fit(ALL[i].copy());
      second.fit(ALL[i + 1].copy());
      average(first.params(), second.params());
      average(first.getUpdater().getStateViewArray(), second.getUpdater().getStateViewArray());
    }
    Pair.assertSameWay(start, first, fast);
    assertFalse(fast.profiled().isEmpty(), "DL4J trained this network");
    INDArray predicted = fast.outputSingle(ALL[0].getFeatures());
    assertTrue(off(first.outputSingle(ALL[0].getFeatures()), predicted) < 1e-3);
    assertTrue(off(before, predicted) > 1e-2, "the network predicts with the averaged parameters");
    fast.close();
  }

  private static void average(INDArray first, INDArray second) {
    first.addi(second).divi(2);
    second.assign(first);
  }

  private static double off(INDArray expected, INDArray found) {
    return expected.sub(found).norm2Number().doubleValue() / expected.norm2Number().doubleValue();
  }
}
