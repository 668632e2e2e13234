package org.resnet4j.engine.update;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.deeplearning4j.datasets.iterator.utilty.ListDataSetIterator;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.impl.transforms.pairwise.arithmetic.Axpy;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;

/** The same network twice, one trained by DL4J's solver and one by the fused: they must stay the same. */
final class Twins {
  /** In x86-64's basic instructions there is no fused multiply-add: then every bit is DL4J's. */
  private static final boolean EXACT = !nd4jFusesMultiplyAdd();
  private static final double TOLERANCE = 1e-5;

  final ComputationGraph stock;
  final Fused fused;

  /** A network that is trained as the engine's are. */
  static final class Fused extends ComputationGraph {
    private static final long serialVersionUID = 1;

    Fused(ComputationGraphConfiguration configuration) {
      this(configuration, 0);
    }

    Fused(ComputationGraphConfiguration configuration, int threads) {
      super(configuration);
      init();
      use(new FusedSolver(this, threads));
    }

    void use(FusedSolver other) {
      solver = other;
    }

    FusedSolver solver() {
      return (FusedSolver) solver;
    }
  }

  Twins(Supplier<ComputationGraphConfiguration> configuration) {
    this(configuration, 1);
  }

  Twins(Supplier<ComputationGraphConfiguration> configuration, int threads) {
    stock = new ComputationGraph(configuration.get());
    stock.init();
    fused = new Fused(configuration.get(), threads);
    fused.setParams(stock.params().dup());
  }

  Twins(ComputationGraph stock, Fused fused) {
    this.stock = stock;
    this.fused = fused;
  }

  private static boolean nd4jFusesMultiplyAdd() {
    float x = 1 + 0x1p-12f;
    INDArray sum = Nd4j.createFromArray(-1f, -1f, -1f, -1f, -1f, -1f, -1f, -1f);
    Nd4j.exec(new Axpy(Nd4j.valueArrayOf(new long[] {8}, x, DataType.FLOAT), sum, sum, x));
    return sum.getFloat(0) != x * x - 1f;
  }

  /** Changes both. */
  Twins both(Consumer<ComputationGraph> change) {
    change.accept(stock);
    change.accept(fused);
    return this;
  }

  /** Trains both on the same batches, through fit, and compares after each step. */
  void train(int steps, DataSet... batches) {
    for (int step = 0; step < steps; step++) {
      DataSet batch = batches[step % batches.length];
      stock.fit(batch.copy());
      fused.fit(batch.copy());
      assertSame("step " + step);
    }
  }

  /** Trains both by epochs, which schedules may count. */
  void trainEpochs(int epochs, DataSet... batches) {
    for (int epoch = 0; epoch < epochs; epoch++) {
      stock.fit(new ListDataSetIterator<>(List.of(batches), batches[0].numExamples()));
      fused.fit(new ListDataSetIterator<>(List.of(batches), batches[0].numExamples()));
      assertSame("epoch " + epoch);
    }
    assertEquals(epochs, fused.getConfiguration().getEpochCount());
  }

  void assertSame(String when) {
    assertSame(stock.params(), fused.params(), "parameters, " + when);
    assertSame(stock.gradient().gradient(), fused.gradient().gradient(), "updates, " + when);
    INDArray state = stock.getUpdater().getStateViewArray();
    if (state == null) {
      assertEquals(null, fused.getUpdater().getStateViewArray(), "state, " + when);
    } else {
      assertSame(state, fused.getUpdater().getStateViewArray(), "state, " + when);
    }
    assertEquals(stock.getConfiguration().getIterationCount(), fused.getConfiguration().getIterationCount());
    assertSame(Nd4j.scalar(stock.score()), Nd4j.scalar(fused.score()), "score, " + when);
  }

  static void assertSame(INDArray expected, INDArray actual, String what) {
    assertEquals(expected.length(), actual.length(), what);
    double[] right = expected.toDoubleVector();
    double[] found = actual.toDoubleVector();
    for (int i = 0; i < right.length; i++) {
      double allowed = EXACT ? 0 : TOLERANCE * Math.max(1e-3, Math.abs(right[i]));
      if (Double.compare(right[i], found[i]) != 0 && !(Math.abs(right[i] - found[i]) <= allowed)) {
        throw new AssertionError("%s, number %d of %d: expected %s, found %s".formatted(what, i, right.length, right[i],
            found[i]));
      }
    }
  }

  /** Batches of random images or vectors, whose sizes aren't powers of two, so that division by them rounds. */
  static DataSet[] batches(long... shape) {
    Random random = new Random(7);
    return IntStream.of(3, 5, 3).mapToObj(size -> {
      long[] all = new long[shape.length + 1];
      all[0] = size;
      System.arraycopy(shape, 0, all, 1, shape.length);
      float[] values = new float[(int) Arrays.stream(all).reduce(1, (a, b) -> a * b)];
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) random.nextGaussian();
      }
      INDArray labels = Nd4j.zeros(DataType.FLOAT, size, 2);
      IntStream.range(0, size).forEach(i -> labels.putScalar(i, random.nextInt(2), 1));
      return new DataSet(Nd4j.createFromArray(values).reshape(all), labels);
    }).toArray(DataSet[]::new);
  }
}
