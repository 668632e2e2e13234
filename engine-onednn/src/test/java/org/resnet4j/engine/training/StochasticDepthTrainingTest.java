package org.resnet4j.engine.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.function.UnaryOperator;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.resnet4j.engine.EngineOptions;
import org.resnet4j.engine.FastComputationGraph;
import org.resnet4j.engine.OneDnn;
import org.resnet4j.zoo.ResNet;

/** Branches are dropped for the same examples by the engine and by DL4J, where ND4J's generator has the same seed. */
class StochasticDepthTrainingTest {
  private static final List<DataSet> BATCHES = PhotoPieces.batches(3, 6, SmallNets.SIZE, 14);

  private static ComputationGraph net(SmallNets kind, CNN2DFormat format) {
    return kind.made(net -> net.stochasticDepth(0.6).format(format), configuration -> { });
  }

  private static DataSet in(CNN2DFormat format, DataSet batch) {
    INDArray images = batch.getFeatures();
    return new DataSet(format == CNN2DFormat.NCHW ? images : images.permute(0, 2, 3, 1).dup('c'), batch.getLabels());
  }

  @ParameterizedTest
  @EnumSource
  void theSameSeedDropsTheSame(SmallNets kind) {
    for (CNN2DFormat format : CNN2DFormat.values()) {
      for (boolean recompute : new boolean[] {false, true}) {
        ComputationGraph stock = net(kind, format);
        FastComputationGraph fast = OneDnn.wrap(stock.clone(), TrainingStep.FLOATS.withRecompute(recompute));
        fast.profile();
        INDArray start = stock.params().dup();
        for (int step = 0; step < BATCHES.size(); step++) {
          Nd4j.getRandom().setSeed(step + 1);
          stock.fit(in(format, BATCHES.get(step)));
          Nd4j.getRandom().setSeed(step + 1);
          fast.fit(in(format, BATCHES.get(step)));
          assertEquals(stock.score(), fast.score(), 1e-4 * stock.score());
        }
        assertFalse(fast.profiled().isEmpty(), "DL4J trained this network");
        Pair.assertSameWay(start, stock, fast);
        fast.close();
      }
    }
  }

  /** Narrow numbers lose a branch as a whole, too: the net learns as the one that is wide. */
  @Test
  void bfloat16DropsTheSame() {
    ComputationGraph wide = net(SmallNets.V1, CNN2DFormat.NCHW);
    FastComputationGraph fast = OneDnn.wrap(wide.clone(), TrainingStep.NARROW);
    fast.profile();
    for (DataSet batch : BATCHES) {
      Nd4j.getRandom().setSeed(5);
      wide.fit(batch);
      Nd4j.getRandom().setSeed(5);
      fast.fit(batch);
      assertEquals(wide.score(), fast.score(), 0.05 * wide.score());
    }
    assertFalse(fast.profiled().isEmpty(), "DL4J trained this network");
    fast.close();
  }

  /** With the seed set before each step, what was drawn before it counts for nothing. */
  @ParameterizedTest
  @EnumSource
  void aStepIsAFunctionOfItsSeed(SmallNets kind) {
    for (UnaryOperator<ComputationGraph> engine : List.<UnaryOperator<ComputationGraph>>of(graph -> graph,
        graph -> OneDnn.wrap(graph, TrainingStep.FLOATS), graph -> OneDnn.wrap(graph, recomputing()))) {
      INDArray quiet = trained(engine, kind, 1, 0);
      assertEquals(quiet, trained(engine, kind, 1, 3));
      assertNotEquals(quiet, trained(engine, kind, 2, 0));
    }
  }

  private static EngineOptions recomputing() {
    return TrainingStep.FLOATS.withRecompute(true);
  }

  /** Dropout of every kind. */
  private static INDArray trained(UnaryOperator<ComputationGraph> engine, SmallNets kind, long seed, int draws) {
    UnaryOperator<ResNet.Builder> options = net -> net.stochasticDepth(0.5).dropout(0.4);
    ComputationGraph graph = engine.apply(kind.made(options, configuration -> { }));
    for (int step = 0; step < BATCHES.size(); step++) {
      for (int i = 0; i < draws; i++) {
        Nd4j.rand(3 + i);
        Nd4j.getRandom().nextLong();
      }
      Nd4j.getRandom().setSeed(10 * seed + step);
      graph.fit(BATCHES.get(step));
    }
    INDArray params = graph.params().dup();
    assertTrue(Double.isFinite(params.sumNumber().doubleValue()));
    graph.close();
    return params;
  }
}
