package org.resnet4j.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.resnet4j.engine.Deviation.difference;
import static org.resnet4j.engine.Networks.images;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.resnet4j.engine.EngineException.Closed;
import org.resnet4j.engine.EngineException.WrongInput;
import org.resnet4j.engine.plan.Plan;

@Timeout(120)
class CompiledGraphTest {
  private final ComputationGraph plain = Networks.residual();
  private final ExecutorService callers = Executors.newFixedThreadPool(4);

  @AfterEach
  void stop() {
    callers.shutdownNow();
  }

  @Test
  void aSnapshotUntilRefresh() {
    INDArray x = images(2);
    INDArray before = plain.outputSingle(x);
    try (CompiledGraph compiled = OneDnn.compile(plain)) {
      assertTrue(difference(before, compiled.output(x)[0]) < 1e-4);
      plain.params().muli(-0.7);
      INDArray after = plain.outputSingle(x);
      assertTrue(difference(before, after) > 1e-3);
      assertTrue(difference(before, compiled.output(x)[0]) < 1e-4);
      assertTrue(difference(plain.outputSingle(images(3)), compiled.output(images(3))[0]) > 1e-3, "a new plan too");
      compiled.refresh();
      assertTrue(difference(after, compiled.output(x)[0]) < 1e-4);
      assertTrue(difference(plain.outputSingle(images(3)), compiled.output(images(3))[0]) < 1e-4);
    }
  }

  @Test
  void preparesShapes() {
    try (CompiledGraph compiled = OneDnn.compile(plain, EngineOptions.standard(), new long[] {4, 3, 8, 8})) {
      assertTrue(compiled.kernels(new long[] {4, 3, 8, 8}).stream().anyMatch(line -> line.startsWith("relu1 ")));
      assertTrue(difference(plain.outputSingle(images(4)), compiled.output(images(4))[0]) < 1e-4);
    }
    assertThrows(WrongInput.class,
        () -> OneDnn.compile(plain, EngineOptions.standard(), new long[] {4, 2, 8, 8}));
    assertThrows(WrongInput.class, () -> OneDnn.compile(plain, EngineOptions.standard(), new long[] {4, 3, 8, 8},
        new long[] {4, 3, 8, 8}));
    assertThrows(WrongInput.class, () -> OneDnn.compile(plain, EngineOptions.standard(), new long[] {0, 3, 8, 8}));
  }

  @Test
  void closedIsClosed() {
    CompiledGraph compiled = OneDnn.compile(plain);
    compiled.output(images(1));
    compiled.close();
    compiled.close();
    assertThrows(Closed.class, () -> compiled.output(images(1)));
    assertThrows(Closed.class, () -> compiled.output(images(2)));
    assertThrows(Closed.class, compiled::refresh);
    assertThrows(Closed.class, () -> compiled.prepare(new long[] {1, 3, 8, 8}));
    assertThrows(Closed.class, () -> compiled.kernels(new long[] {1, 3, 8, 8}));
    FastComputationGraph fast = OneDnn.wrap(Networks.residual());
    fast.close();
    assertThrows(Closed.class, () -> fast.output(images(1)));
  }

  /** Calls end with right results or find it closed; nothing in between. */
  @Test
  void closingWhileOthersCompute() throws Exception {
    List<INDArray> expected = List.of(plain.outputSingle(images(1)), plain.outputSingle(images(5)));
    for (int round = 0; round < 20; round++) {
      CompiledGraph compiled = OneDnn.compile(plain);
      CountDownLatch started = new CountDownLatch(3);
      List<Future<Integer>> calls = new ArrayList<>();
      for (int caller = 0; caller < 3; caller++) {
        int mine = caller % 2;
        calls.add(callers.submit(() -> {
          int right = 0;
          try {
            while (true) {
              INDArray found = compiled.output(images(mine == 0 ? 1 : 5))[0];
              assertTrue(difference(expected.get(mine), found) < 1e-4);
              if (right++ == 0) {
                started.countDown();
              }
            }
          } catch (Closed e) {
            return right;
          }
        }));
      }
      started.await();
      compiled.close();
      for (Future<Integer> call : calls) {
        assertTrue(call.get() > 0);
      }
    }
  }

  @Test
  void refreshingWhileOthersCompute() throws Exception {
    INDArray x = images(2);
    INDArray first = plain.params().dup();
    INDArray second = first.mul(-0.7);
    try (CompiledGraph compiled = OneDnn.compile(plain)) {
      INDArray a = compiled.output(x)[0];
      plain.params().assign(second);
      compiled.refresh();
      INDArray b = compiled.output(x)[0];
      assertTrue(difference(a, b) > 1e-3);
      AtomicInteger left = new AtomicInteger(100);
      Callable<Void> calling = () -> {
        while (left.get() > 0) {
          INDArray found = compiled.output(x)[0];
          assertTrue(found.equals(a) || found.equals(b));
        }
        return null;
      };
      List<Future<Void>> calls = List.of(callers.submit(calling), callers.submit(calling), callers.submit(calling));
      while (left.getAndDecrement() > 0) {
        plain.params().assign(left.get() % 2 == 0 ? first : second);
        compiled.refresh();
      }
      for (Future<Void> call : calls) {
        call.get();
      }
    }
  }

  /** More shapes than plans are kept, by several callers, some of them wrong. */
  @Test
  void manyShapesAtOnce() throws Exception {
    List<INDArray> expected = new ArrayList<>();
    for (int count = 1; count <= 12; count++) {
      expected.add(plain.outputSingle(images(count)));
    }
    try (CompiledGraph compiled = OneDnn.compile(plain)) {
      List<Future<?>> calls = new ArrayList<>();
      for (int caller = 0; caller < 4; caller++) {
        int mine = caller;
        calls.add(callers.submit(() -> {
          for (int round = 0; round < 40; round++) {
            int count = 1 + (round * (mine + 1)) % 12;
            assertTrue(difference(expected.get(count - 1), compiled.output(images(count))[0]) < 1e-4);
            if (round % 5 == 0) {
              assertThrows(WrongInput.class, () -> compiled.output(images(count).reshape(count, 2, 8, 12)));
            }
          }
        }));
      }
      for (Future<?> call : calls) {
        call.get();
      }
    }
  }

  /** A plan that takes its time keeps nobody from another; those who want the same one wait for it. */
  @Test
  void plansAreMadeSideBySide() throws Exception {
    CountDownLatch slow = new CountDownLatch(1);
    AtomicInteger made = new AtomicInteger();
    org.resnet4j.engine.plan.Program program = org.resnet4j.engine.lower.Lowering.of(plain, List.of("pool"));
    Plans plans = new Plans(shapes -> {
      made.incrementAndGet();
      try {
        if (shapes.get(0)[0] == 1) {
          slow.await();
        }
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
      return new Plan(program, shapes, org.bytedeco.dnnl.memory.data_type.f32);
    });
    List<long[]> one = List.of(new long[] {1, 3, 8, 8});
    Future<Plan> first = callers.submit(() -> plans.take(one));
    Future<Plan> second = callers.submit(() -> plans.take(one));
    Plan other = plans.take(List.of(new long[] {2, 3, 8, 8}));
    assertFalse(first.isDone());
    slow.countDown();
    assertSame(first.get(), second.get());
    assertEquals(2, made.get());
    plans.close();
    assertThrows(Closed.class, () -> plans.take(one));
    List.of(first.get(), second.get(), other).forEach(Plan::release);
    assertFalse(other.retain(), "freed with its last user");
    assertFalse(first.get().retain());
  }

  @Test
  void aCompiledNetworkIsOneForAllThreads() throws Exception {
    INDArray expected = plain.outputSingle(images(3));
    try (CompiledGraph compiled = OneDnn.compile(plain)) {
      List<Future<INDArray>> calls = new ArrayList<>();
      for (int i = 0; i < 200; i++) {
        calls.add(callers.submit(() -> compiled.output(images(3))[0]));
      }
      for (Future<INDArray> call : calls) {
        assertTrue(difference(expected, call.get()) < 1e-4);
      }
    }
  }
}
