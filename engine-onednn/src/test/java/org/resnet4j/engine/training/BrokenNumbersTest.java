package org.resnet4j.engine.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import org.deeplearning4j.datasets.iterator.utilty.ListDataSetIterator;
import org.deeplearning4j.earlystopping.EarlyStoppingConfiguration;
import org.deeplearning4j.earlystopping.EarlyStoppingResult;
import org.deeplearning4j.earlystopping.saver.InMemoryModelSaver;
import org.deeplearning4j.earlystopping.scorecalc.DataSetLossCalculator;
import org.deeplearning4j.earlystopping.termination.InvalidScoreIterationTerminationCondition;
import org.deeplearning4j.earlystopping.termination.MaxEpochsTerminationCondition;
import org.deeplearning4j.earlystopping.trainer.EarlyStoppingGraphTrainer;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.transferlearning.TransferLearning;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.learning.config.Sgd;

/** Numbers that aren't finite show in the score as DL4J's do, and don't train as if they were zeros. */
class BrokenNumbersTest {
  private static long nans(ComputationGraph graph) {
    return graph.params().isNaN().castTo(DataType.INT64).sumNumber().longValue();
  }

  /** Both networks show what happened: in the score, in nearly all parameters, and in the steps that follow. */
  private static void assertBroken(Pair pair) {
    assertEquals(Double.NaN, pair.stock.score());
    assertEquals(Double.NaN, pair.fast.score());
    assertTrue(nans(pair.stock) > 0.95 * pair.stock.numParams());
    assertTrue(nans(pair.fast) >= nans(pair.stock), nans(pair.fast) + " of " + pair.fast.numParams());
    DataSet right = PhotoPieces.batch(5, SmallNets.SIZE);
    pair.fast.fit(right);
    assertEquals(Double.NaN, pair.fast.score());
    assertTrue(pair.fast.outputSingle(right.getFeatures()).isNaN().all());
  }

  static List<Arguments> nets() {
    return Stream.of(SmallNets.values()).flatMap(net -> Stream.of(Float.NaN, Float.POSITIVE_INFINITY,
        Float.NEGATIVE_INFINITY).map(number -> Arguments.of(net, number))).toList();
  }

  @ParameterizedTest
  @MethodSource("nets")
  void brokenImages(SmallNets net, float number) {
    try (Pair pair = new Pair(net.made())) {
      pair.fit(PhotoPieces.batch(5, SmallNets.SIZE));
      DataSet broken = PhotoPieces.batch(5, SmallNets.SIZE);
      broken.getFeatures().putScalar(new int[] {2, 1, 4, 5}, number);
      pair.stock.fit(broken.copy());
      pair.fast.fit(broken);
      assertBroken(pair);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"stem_conv_W", "stem_norm_gamma", "stage1_block1_conv1_W", "stage3_block1_norm1_beta",
      "logits_W"})
  void brokenParameters(String parameter) {
    try (Pair pair = new Pair(SmallNets.V1.made())) {
      DataSet right = PhotoPieces.batch(5, SmallNets.SIZE);
      pair.fit(right);
      // Past the network's own methods, so that it isn't told.
      pair.stock.getParam(parameter).putScalar(3, Float.NaN);
      pair.fast.getParam(parameter).putScalar(3, Float.NaN);
      pair.stock.fit(right);
      pair.fast.fit(right);
      if (parameter.startsWith("stem_norm")) {
        // What comes down breaks the first kernel, and the next batch statistics show it.
        pair.stock.fit(right);
        pair.fast.fit(right);
      }
      assertBroken(pair);
    }
  }

  /** What no batch norm and no layer below shows: it takes until parameters are looked at again. */
  @Test
  void brokenFirstKernelWithoutANorm() {
    Sketch net = new Sketch(CNN2DFormat.NCHW);
    ComputationGraph graph = net.convolution(4).then(new ActivationLayer(Activation.RELU)).dense(6).classes();
    MultiDataSet batch = net.batch(4);
    try (Pair pair = new Pair(graph)) {
      pair.fit(batch);
      pair.fast.getParam("v0_W").putScalar(3, Float.NaN);
      int steps = 0;
      do {
        pair.fast.fit(batch);
        steps++;
      } while (!Double.isNaN(pair.fast.score()) && steps < 20);
      assertTrue(steps <= 16, steps + " steps");
      // Told, it looks at once.
      pair.fast.setParams(pair.stock.params().dup());
      pair.fast.fit(batch);
      assertTrue(Double.isFinite(pair.fast.score()));
      pair.fast.setParam("v0_W", pair.fast.getParam("v0_W").mul(Float.NaN));
      pair.fast.fit(batch);
      assertEquals(Double.NaN, pair.fast.score());
    }
  }

  /** Frozen parameters survive, and the network trains again when the others are set right. */
  @Test
  void frozenParametersSurvive() {
    ComputationGraph frozen = new TransferLearning.GraphBuilder(SmallNets.V1.made())
        .setFeatureExtractor("stage1_block1_relu").build();
    try (Pair pair = new Pair(frozen)) {
      INDArray before = pair.fast.params().dup();
      INDArray held = pair.fast.getLayer("stage1_block1_conv1").params().dup();
      DataSet broken = PhotoPieces.batch(5, SmallNets.SIZE);
      broken.getFeatures().putScalar(new int[] {2, 1, 4, 5}, Float.NaN);
      pair.fast.fit(broken);
      assertEquals(Double.NaN, pair.fast.score());
      assertEquals(held, pair.fast.getLayer("stage1_block1_conv1").params().dup());
      pair.fast.setParams(before);
      pair.fast.getUpdater().getStateViewArray().assign(0);
      pair.stock.getConfiguration().setIterationCount(1);
      pair.fit(PhotoPieces.batch(5, SmallNets.SIZE)).assertSame();
    }
  }

  /** A rate that is far too large. */
  @ParameterizedTest
  @EnumSource(SmallNets.class)
  void explodingLoss(SmallNets net) {
    try (Pair pair = new Pair(net.made(new Sgd(1e6)))) {
      DataSet right = PhotoPieces.batch(5, SmallNets.SIZE);
      for (int step = 0; step < 5; step++) {
        pair.stock.fit(right.copy());
        pair.fast.fit(right.copy());
      }
      assertBroken(pair);
    }
  }

  @Test
  void earlyStoppingStops() throws IOException {
    DataSet broken = PhotoPieces.batch(5, SmallNets.SIZE);
    broken.getFeatures().putScalar(7, Float.NaN);
    List<DataSet> batches = List.of(PhotoPieces.batch(5, SmallNets.SIZE), broken, PhotoPieces.batch(5, SmallNets.SIZE));
    try (Pair pair = new Pair(SmallNets.V1.made())) {
      EarlyStoppingConfiguration<ComputationGraph> configuration =
          new EarlyStoppingConfiguration.Builder<ComputationGraph>()
              .epochTerminationConditions(new MaxEpochsTerminationCondition(3))
              .iterationTerminationConditions(new InvalidScoreIterationTerminationCondition())
              .scoreCalculator(new DataSetLossCalculator(new ListDataSetIterator<>(batches.subList(0, 1), 1), true))
              .modelSaver(new InMemoryModelSaver<>()).build();
      // Its return value fails without a best model, of which there is none before the first epoch's end.
      configuration.getModelSaver().saveBestModel(pair.stock, 0);
      EarlyStoppingResult<ComputationGraph> result = new EarlyStoppingGraphTrainer(configuration, pair.fast,
          new ListDataSetIterator<>(batches, 1)).fit();
      assertEquals(EarlyStoppingResult.TerminationReason.IterationTerminationCondition, result.getTerminationReason());
      assertEquals(2, pair.fast.getIterationCount());
      assertFalse(pair.fast.profiled().isEmpty(), "DL4J trained this network");
    }
  }
}
