package org.resnet4j.engine.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.resnet4j.engine.EngineOptions;
import org.resnet4j.engine.FastComputationGraph;
import org.resnet4j.engine.OneDnn;

/** One network twice: DL4J trains the one and the engine the other, and they stay the same. */
final class Pair implements AutoCloseable {
  /** Of a few steps' way that parameters go. */
  private static final double TOLERANCE = 1e-3;

  final ComputationGraph stock;
  final FastComputationGraph fast;
  private final INDArray start;

  Pair(ComputationGraph stock) {
    this(stock, TrainingStep.FLOATS);
  }

  Pair(ComputationGraph stock, EngineOptions options) {
    this.stock = stock;
    fast = OneDnn.wrap(stock.clone(), options);
    fast.profile();
    start = stock.params().dup();
  }

  /** Trains both. */
  Pair fit(DataSet... batches) {
    return fit(Arrays.stream(batches).map(DataSet::toMultiDataSet).toArray(MultiDataSet[]::new));
  }

  /** Trains both; the scores are the same after each step. */
  Pair fit(MultiDataSet... batches) {
    for (MultiDataSet batch : batches) {
      stock.fit(TrainingStep.copy(batch));
      fast.fit(TrainingStep.copy(batch));
      assertEquals(stock.score(), fast.score(), TOLERANCE * Math.max(Math.abs(stock.score()), 0.05),
          "score of step " + stock.getIterationCount());
    }
    return this;
  }

  /** A step's gradients and score are the same, too; the network stays as it is. */
  Pair compareStep(MultiDataSet batch) {
    TrainingStep.of(fast, batch).assertIs("step", TrainingStep.of(stock, batch));
    return this;
  }

  void assertSame() {
    assertFalse(fast.profiled().isEmpty(), "DL4J trained this network");
    assertEquals(stock.getIterationCount(), fast.getIterationCount());
    assertEquals(stock.getEpochCount(), fast.getEpochCount());
    assertSameWay(start, stock, fast);
  }

  /** From the same start both networks have gone the same way, and have the same updater state. */
  static void assertSameWay(INDArray start, ComputationGraph expected, ComputationGraph found) {
    assertSameWay(start, expected, found, TOLERANCE);
  }

  static void assertSameWay(INDArray start, ComputationGraph expected, ComputationGraph found, double tolerance) {
    double way = length(expected.params().sub(start));
    assertTrue(way > 0, "DL4J didn't train the network");
    assertWithin(tolerance * way, expected.params(), found.params(), "parameters that went " + way);
    INDArray state = expected.getUpdater().getStateViewArray();
    if (state != null) {
      assertWithin(tolerance * length(state), state, found.getUpdater().getStateViewArray(), "updater state");
    }
  }

  private static void assertWithin(double allowed, INDArray expected, INDArray found, String what) {
    double off = length(expected.sub(found));
    assertTrue(off <= allowed, () -> what + " are off by " + off + ", expected at most " + allowed);
  }

  private static double length(INDArray array) {
    return array.castTo(DataType.DOUBLE).norm2Number().doubleValue();
  }

  @Override
  public void close() {
    fast.close();
    stock.close();
  }
}
