package org.resnet4j.engine.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.deeplearning4j.datasets.iterator.utilty.ListDataSetIterator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.nd4j.linalg.dataset.DataSet;
import org.resnet4j.engine.FastComputationGraph;
import org.resnet4j.engine.OneDnn;

/** Networks that train at once, and threads that are told to stop. */
@Timeout(120)
class ThreadsTrainingTest {
  private static final List<DataSet> BATCHES = PhotoPieces.batches(12, 6, SmallNets.SIZE, 17);

  private static float[] trained(SmallNets net) {
    FastComputationGraph fast = OneDnn.wrap(net.made(), TrainingStep.FLOATS);
    fast.profile();
    // A size of its own now and then, so that plans are made while the other network runs.
    for (int i = 0; i < BATCHES.size(); i++) {
      fast.fit(i % 4 == 3 ? PhotoPieces.batch(i, SmallNets.SIZE) : BATCHES.get(i).copy());
    }
    assertFalse(fast.profiled().isEmpty(), "DL4J trained this network");
    float[] params = fast.params().toFloatVector();
    fast.close();
    return params;
  }

  @Test
  void twoNetworksAtOnceAreTheSameAsOneByOne() throws Exception {
    List<float[]> alone = Stream.of(SmallNets.values()).map(ThreadsTrainingTest::trained).toList();
    CyclicBarrier together = new CyclicBarrier(SmallNets.values().length);
    ExecutorService threads = Executors.newCachedThreadPool();
    try {
      List<Future<float[]>> atOnce = threads.invokeAll(Stream.of(SmallNets.values())
          .map(net -> (Callable<float[]>) () -> {
            together.await();
            return trained(net);
          }).toList());
      for (int i = 0; i < alone.size(); i++) {
        assertArrayEquals(alone.get(i), atOnce.get(i).get(), SmallNets.values()[i].toString());
      }
    } finally {
      threads.shutdownNow();
    }
  }

  /** A step isn't torn apart by an interrupt, which stays for who looks for it. */
  @Test
  void anInterruptedThreadsStepsAreWhole() {
    try (Pair pair = new Pair(SmallNets.V1.made())) {
      Thread.currentThread().interrupt();
      boolean still;
      try {
        pair.fast.fit(BATCHES.get(0).copy());
      } finally {
        still = Thread.interrupted();
      }
      assertTrue(still);
      pair.stock.fit(BATCHES.get(0).copy());
      pair.assertSame();
      pair.fit(BATCHES.get(1)).assertSame();
    }
  }

  /** In the middle of an epoch, too; whatever ends it, the network has taken whole steps. */
  @Test
  void anInterruptedEpochIsOfWholeSteps() throws Exception {
    try (Pair pair = new Pair(SmallNets.V1.made())) {
      Thread fit = new Thread(() -> pair.fast.fit(new ListDataSetIterator<>(BATCHES, 1)));
      fit.setUncaughtExceptionHandler((thread, failure) -> { });
      fit.start();
      while (fit.isAlive() && pair.fast.getIterationCount() < 3) {
        Thread.sleep(1);
      }
      fit.interrupt();
      fit.join();
      int steps = pair.fast.getIterationCount();
      assertTrue(steps >= 3, steps + " steps");
      for (int i = 0; i < steps; i++) {
        pair.stock.fit(BATCHES.get(i).copy());
      }
      Pair.assertSameWay(SmallNets.V1.made().params(), pair.stock, pair.fast);
      pair.stock.fit(BATCHES.get(0).copy());
      pair.fast.fit(BATCHES.get(0).copy());
      Pair.assertSameWay(SmallNets.V1.made().params(), pair.stock, pair.fast);
    }
  }
}
