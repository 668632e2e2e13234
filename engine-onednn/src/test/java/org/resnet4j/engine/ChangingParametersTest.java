package org.resnet4j.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.resnet4j.engine.Deviation.difference;
import static org.resnet4j.engine.Networks.images;
import static org.resnet4j.engine.Networks.labels;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.deeplearning4j.datasets.iterator.utilty.ListDataSetIterator;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.optimize.api.BaseTrainingListener;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.adapter.SingletonMultiDataSetIterator;

@Timeout(120)
class ChangingParametersTest {
  private final INDArray x = images(2);
  private final DataSet data = new DataSet(images(6), labels(6));
  private final FastComputationGraph fast = OneDnn.wrap(Networks.residual());
  private final ExecutorService other = Executors.newCachedThreadPool();

  @AfterEach
  void close() throws InterruptedException {
    other.shutdown();
    assertTrue(other.awaitTermination(60, TimeUnit.SECONDS));
    fast.close();
  }

  /** What DL4J gives for the parameters as they are. */
  private INDArray expected() {
    ComputationGraph plain = Networks.residual();
    plain.setParams(fast.params());
    return plain.outputSingle(x);
  }

  private <T> T elsewhere(Callable<T> work) {
    try {
      return other.submit(work).get();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private void assertSeen(String how, Consumer<FastComputationGraph> change) {
    INDArray before = fast.outputSingle(x);
    fast.output(List.of("pool"), false, new INDArray[] {x}, null);
    change.accept(fast);
    INDArray expected = expected();
    assertTrue(difference(expected, before) > 1e-3, how + " changed nothing");
    assertTrue(difference(expected, fast.outputSingle(x)) < 1e-4, how);
    assertTrue(difference(expected, elsewhere(() -> fast.outputSingle(x))) < 1e-4, how);
    assertTrue(difference(expected, fast.feedForward(x, false).get("classes")) < 1e-4, how);
  }

  @Test
  void everyWayOfChangingIsSeen() {
    INDArray other = fast.params().mul(0.5);
    assertSeen("fit(DataSet)", graph -> graph.fit(data));
    assertSeen("fit(DataSetIterator)", graph -> graph.fit(new ListDataSetIterator<>(List.of(data), 1)));
    assertSeen("fit(DataSetIterator, int)", graph -> graph.fit(new ListDataSetIterator<>(List.of(data), 1), 2));
    assertSeen("fit(MultiDataSet)", graph -> graph.fit(data.toMultiDataSet()));
    assertSeen("fit(MultiDataSetIterator)",
        graph -> graph.fit(new SingletonMultiDataSetIterator(data.toMultiDataSet())));
    assertSeen("fit(MultiDataSetIterator, int)",
        graph -> graph.fit(new SingletonMultiDataSetIterator(data.toMultiDataSet()), 2));
    assertSeen("fit(INDArray[], INDArray[])",
        graph -> graph.fit(new INDArray[] {data.getFeatures()}, new INDArray[] {data.getLabels()}));
    assertSeen("fit()", graph -> {
      graph.setInputs(data.getFeatures());
      graph.setLabels(data.getLabels());
      graph.fit();
    });
    assertSeen("setParams", graph -> graph.setParams(other));
    assertSeen("setParam", graph -> graph.setParam("conv1_W", graph.getParam("conv1_W").mul(-1)));
    assertSeen("setParamTable", graph -> {
      Map<String, INDArray> table = new HashMap<>();
      graph.paramTable().forEach((name, array) -> table.put(name, array.mul(1.5)));
      graph.setParamTable(table);
    });
    assertSeen("params().assign and refresh", graph -> {
      graph.params().assign(other);
      graph.refresh();
    });
    assertSeen("a layer's setParam and refresh", graph -> {
      graph.getLayer("conv1").setParam("W", graph.getParam("conv1_W").mul(-1));
      graph.refresh();
    });
  }

  @Test
  void update() {
    fast.fit(data);
    assertSeen("update(Gradient)", graph -> {
      Gradient gradient = new DefaultGradient(graph.getFlattenedGradients().dup());
      graph.paramTable().forEach((name, array) -> gradient.setGradientFor(name, array.mul(0.5)));
      graph.setGradient(gradient);
      graph.update(gradient);
    });
  }

  /** Predicts at each step's end, in the training thread and in another. */
  private final class Watching extends BaseTrainingListener {
    final List<INDArray> here = new ArrayList<>();
    final List<INDArray> there = new ArrayList<>();
    final List<INDArray> right = new ArrayList<>();

    @Override
    public void iterationDone(Model model, int iteration, int epoch) {
      here.add(fast.outputSingle(x));
      right.add(expected());
      there.add(elsewhere(() -> fast.outputSingle(x)));
      here.add(fast.evaluate(new ListDataSetIterator<>(List.of(data), 1)) == null ? null : fast.outputSingle(x));
      right.add(right.get(right.size() - 1));
    }
  }

  @Test
  void whileATrainingThreadIsAtItOthersSeeWhatWasBefore() {
    Watching watching = new Watching();
    fast.setListeners(watching);
    INDArray before = expected();
    fast.fit(new ListDataSetIterator<>(List.of(data, data, data), 1), 2);
    assertEquals(12, watching.here.size());
    for (int i = 0; i < watching.here.size(); i++) {
      double difference = difference(watching.right.get(i), watching.here.get(i));
      assertTrue(difference < 1e-4, "step " + i + " off by " + difference);
      assertTrue(i < 2 || difference(watching.here.get(i - 2), watching.here.get(i)) > 1e-4, "step " + i);
    }
    for (INDArray found : watching.there) {
      assertTrue(difference(before, found) < 1e-4);
    }
    assertTrue(difference(expected(), elsewhere(() -> fast.outputSingle(x))) < 1e-4);
    assertTrue(difference(expected(), before) > 1e-3);
  }

  @Test
  void othersWaitOnlyForWhatNobodyHas() throws Exception {
    CountDownLatch training = new CountDownLatch(1);
    CountDownLatch enough = new CountDownLatch(1);
    fast.setListeners(new BaseTrainingListener() {
      @Override
      public void iterationDone(Model model, int iteration, int epoch) {
        training.countDown();
        await(enough);
      }
    });
    fast.output(List.of("pool"), false, new INDArray[] {x}, null);
    INDArray before = expected();
    Future<?> fit = other.submit(() -> fast.fit(new ListDataSetIterator<>(List.of(data), 1)));
    await(training);
    // Neither the outputs nor the pool wait, in a graph that DL4J keeps locked meanwhile.
    assertTrue(difference(before, fast.outputSingle(x)) < 1e-4);
    fast.output(List.of("pool"), false, new INDArray[] {x}, null);
    fast.evaluate(new ListDataSetIterator<>(List.of(data), 1));
    Future<Map<String, INDArray>> all = other.submit(() -> fast.feedForward(x, false));
    Future<Double> score = other.submit(() -> fast.score(data));
    Thread.sleep(300);
    assertFalse(all.isDone(), "all activations were asked for before");
    assertFalse(score.isDone());
    assertFalse(fit.isDone());
    enough.countDown();
    fit.get();
    assertTrue(difference(expected(), all.get().get("classes")) < 1e-4);
    assertEquals(score.get(), fast.score(data), 1e-6);
  }

  private static void await(CountDownLatch latch) {
    try {
      assertTrue(latch.await(60, TimeUnit.SECONDS));
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Two callers predict while the parameters go to and fro: each result is of the one set or of the other. */
  @Test
  void neverAMixture() throws Exception {
    List<INDArray> sets = List.of(fast.params().dup(), fast.params().mul(-0.7));
    List<INDArray> results = new ArrayList<>();
    for (INDArray set : sets) {
      fast.setParams(set);
      results.add(fast.outputSingle(x));
    }
    assertNotEquals(results.get(0), results.get(1));
    AtomicBoolean over = new AtomicBoolean();
    List<Future<int[]>> callers = new ArrayList<>();
    for (int caller = 0; caller < 2; caller++) {
      callers.add(other.submit(() -> {
        int[] seen = new int[2];
        while (!over.get() || seen[0] + seen[1] < 50) {
          INDArray found = fast.outputSingle(x);
          int which = results.indexOf(found);
          assertTrue(which >= 0, () -> "neither " + results + " but " + found);
          seen[which]++;
        }
        return seen;
      }));
    }
    for (int i = 0; i < 300; i++) {
      fast.setParams(sets.get(i % 2));
      if (i % 3 == 0) {
        Thread.sleep(1);
      }
    }
    over.set(true);
    int[] seen = new int[2];
    for (Future<int[]> caller : callers) {
      int[] counts = caller.get();
      seen[0] += counts[0];
      seen[1] += counts[1];
    }
    assertTrue(seen[0] > 0 && seen[1] > 0, seen[0] + " and " + seen[1]);
    assertEquals(results.get(1), fast.outputSingle(x));
  }

  /** The same while another thread trains: each result is of the parameters before or after a step. */
  @Test
  void neverAMixtureWhileTraining() throws Exception {
    FastComputationGraph twin = OneDnn.wrap(Networks.residual());
    List<INDArray> results = new ArrayList<>(List.of(twin.outputSingle(x)));
    for (int step = 0; step < 30; step++) {
      twin.fit(data);
      results.add(twin.outputSingle(x));
    }
    AtomicBoolean over = new AtomicBoolean();
    Future<Integer> caller = other.submit(() -> {
      int last = 0;
      int calls = 0;
      while (!over.get()) {
        INDArray found = fast.outputSingle(x);
        int step = last;
        while (step < results.size() && difference(results.get(step), found) > 1e-5) {
          step++;
        }
        assertTrue(step < results.size(), "no step's parameters, or older ones than in the call before");
        last = step;
        calls++;
      }
      return calls;
    });
    for (int step = 0; step < 30; step++) {
      fast.fit(data);
    }
    over.set(true);
    assertTrue(caller.get() > 3);
    assertTrue(difference(results.get(30), fast.outputSingle(x)) < 1e-5);
  }
}
