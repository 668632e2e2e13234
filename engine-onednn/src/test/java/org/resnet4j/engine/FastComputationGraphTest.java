package org.resnet4j.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.resnet4j.engine.Deviation.difference;
import static org.resnet4j.engine.Networks.images;
import static org.resnet4j.engine.Networks.labels;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.deeplearning4j.datasets.iterator.utilty.ListDataSetIterator;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.impl.LayerVertex;
import org.deeplearning4j.nn.transferlearning.TransferLearning;
import org.deeplearning4j.optimize.listeners.CollectScoresIterationListener;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.nd4j.evaluation.classification.Evaluation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.memory.conf.WorkspaceConfiguration;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;

class FastComputationGraphTest {
  private final ComputationGraph plain = Networks.residual();
  private FastComputationGraph fast;

  @BeforeEach
  void wrap() {
    fast = OneDnn.wrap(Networks.residual());
    assertTrue(fast.isFast());
  }

  @AfterEach
  void close() {
    fast.close();
  }

  private static void assertClose(INDArray expected, INDArray found) {
    assertTrue(difference(expected, found) < 1e-4, () -> "expected " + expected + ", found " + found);
  }

  private void assertPredicted(INDArray expected, INDArray... found) {
    assertEquals(1, found.length);
    assertClose(expected, found[0]);
  }

  @Test
  void everyWayToPredict() {
    INDArray x = images(3);
    INDArray expected = plain.outputSingle(x);
    assertPredicted(expected, fast.output(x));
    assertPredicted(expected, fast.outputSingle(x));
    assertPredicted(expected, fast.output(false, x));
    assertPredicted(expected, fast.outputSingle(false, x));
    assertPredicted(expected, fast.outputSingle(false, true, x));
    assertPredicted(expected, fast.outputSingle(false, false, x));
    assertPredicted(expected, fast.output(false, true, x));
    assertPredicted(expected, fast.output(false, new INDArray[] {x}, null));
    assertPredicted(expected, fast.output(false, new INDArray[] {x}, null, null));
    assertPredicted(expected, fast.output(false, new INDArray[] {x}, new INDArray[1], new INDArray[1]));
    assertPredicted(expected, fast.output(List.of("classes"), false, new INDArray[] {x}, null));
    assertPredicted(expected, fast.output(new ListDataSetIterator<>(List.of(new DataSet(x, labels(3))), 1)));
    assertPredicted(expected, fast.outputSingle(new ListDataSetIterator<>(List.of(new DataSet(x, labels(3))), 1)));
    assertSame(x, fast.getInput(0));
  }

  @Test
  void theEngineComputesThem() {
    AtomicInteger calls = new AtomicInteger();
    LayerVertex vertex = (LayerVertex) fast.getVertex("conv1");
    Layer layer = vertex.getLayer();
    vertex.setLayer((Layer) Proxy.newProxyInstance(Layer.class.getClassLoader(), new Class<?>[] {Layer.class},
        (proxy, method, arguments) -> {
          calls.addAndGet(method.getName().equals("activate") ? 1 : 0);
          return method.invoke(layer, arguments);
        }));
    INDArray x = images(3);
    DataSet data = new DataSet(x, labels(3));
    fast.output(x);
    fast.outputSingle(x);
    fast.outputSingle(false, true, x);
    fast.output(false, new INDArray[] {x}, null, null);
    fast.output(new INDArray[] {x}, null, null, outputs -> outputs[0].detach());
    fast.output(List.of("pool"), false, new INDArray[] {x}, null);
    fast.output(new ListDataSetIterator<>(List.of(data), 1));
    fast.evaluate(new ListDataSetIterator<>(List.of(data), 1));
    fast.feedForward(x, false);
    fast.feedForward(x, 3, false);
    fast.feedForward();
    fast.score(data);
    assertEquals(0, calls.get());
    fast.output(true, x);
    assertEquals(1, calls.get(), "DL4J's forward pass would have shown");
  }

  @Test
  void trainingModeIsDl4js() {
    INDArray x = images(4);
    assertEquals(plain.outputSingle(true, x), fast.outputSingle(true, x));
    assertFalse(difference(plain.outputSingle(false, x), fast.outputSingle(true, x)) < 1e-3, "BN by the batch");
  }

  @Test
  void anAdapterGetsTheOutputs() {
    INDArray x = images(2);
    INDArray found = fast.output(new INDArray[] {x}, null, null, outputs -> outputs[0].detach());
    assertClose(plain.outputSingle(x), found);
  }

  @Test
  void outputsAreWhereTheCallerWantsThem() {
    INDArray x = images(2);
    WorkspaceConfiguration configuration = WorkspaceConfiguration.builder().initialSize(1 << 20).build();
    try (MemoryWorkspace workspace = Nd4j.getWorkspaceManager().getAndActivateWorkspace(configuration, "callers")) {
      INDArray[] found = fast.output(false, workspace, x);
      assertTrue(found[0].isAttached());
      assertSame(workspace, found[0].data().getParentWorkspace());
      assertClose(plain.output(false, workspace, x)[0], found[0]);
    }
    assertFalse(fast.outputSingle(x).isAttached());
  }

  @Test
  void vertices() {
    INDArray x = images(2);
    Map<String, INDArray> expected = TrueActivations.of(plain, x);
    List<String> names = List.of("pool", "sum", "image", "conv1", "sum", "classes");
    INDArray[] found = fast.output(names, false, new INDArray[] {x}, null);
    assertEquals(names.size(), found.length);
    for (int i = 0; i < found.length; i++) {
      assertClose(expected.get(names.get(i)), found[i]);
    }
    // More sets than are kept compiled, and then the first again.
    for (String name : List.of("conv1", "norm1", "relu1", "conv2", "sum", "relu2", "pool", "classes", "conv1")) {
      assertPredicted(expected.get(name), fast.output(List.of(name), false, new INDArray[] {x}, null));
    }
  }

  @Test
  void activations() {
    INDArray x = images(2);
    Map<String, INDArray> expected = some(plain.feedForward(x, false), x);
    INDArray[] xs = {x};
    assertActivations(expected, fast.feedForward(x, false));
    assertActivations(expected, fast.feedForward(xs, false));
    assertActivations(expected, fast.feedForward(xs, false, true));
    // Layers that keep their inputs are DL4J's.
    assertActivations(plain.feedForward(xs, false, false), fast.feedForward(xs, false, false));
    fast.setInput(0, x);
    assertActivations(expected, fast.feedForward());
    assertActivations(expected, fast.feedForward(false));
    assertActivations(some(plain.feedForward(x, 2, false), x), fast.feedForward(x, 2, false));
    assertActivations(some(plain.feedForward(xs, 3, false), x), fast.feedForward(xs, 3, false));
    assertActivations(some(plain.feedForward(xs, 3, false, true), x), fast.feedForward(xs, 3, false, true));
    plain.setInput(0, x);
    assertActivations(some(plain.feedForward(false, true, true), x), fast.feedForward(false, true, true));
    assertActivations(some(plain.feedForward(false, false, false), x), fast.feedForward(false, false, false));
    assertActivations(plain.feedForward(x, true), fast.feedForward(x, true));
  }

  /** The right numbers for what DL4J gives. */
  private Map<String, INDArray> some(Map<String, INDArray> given, INDArray x) {
    Map<String, INDArray> all = TrueActivations.of(plain, x);
    given.replaceAll((name, array) -> all.get(name));
    plain.setInput(0, x);
    return given;
  }

  private static void assertActivations(Map<String, INDArray> expected, Map<String, INDArray> found) {
    assertEquals(expected.keySet(), found.keySet());
    expected.forEach((name, array) -> assertTrue(difference(array, found.get(name)) < 1e-4, name));
  }

  @Test
  void evaluation() {
    List<DataSet> batches = List.of(new DataSet(images(4), labels(4)), new DataSet(images(7), labels(7)));
    Evaluation expected = plain.evaluate(new ListDataSetIterator<>(batches, 1));
    Evaluation found = fast.evaluate(new ListDataSetIterator<>(batches, 1));
    assertEquals(expected.getConfusionMatrix(), found.getConfusionMatrix());
    assertEquals(11, found.getNumRowCounter());
    Evaluation given = new Evaluation(Networks.CLASSES);
    fast.doEvaluation(new ListDataSetIterator<>(batches, 1), given);
    assertEquals(expected.getConfusionMatrix(), given.getConfusionMatrix());
  }

  @Test
  void score() {
    DataSet data = new DataSet(images(4), labels(4));
    assertEquals(plain.score(data), fast.score(data), 1e-5);
    assertEquals(plain.score(data, true), fast.score(data, true), 1e-5);
    assertClose(plain.scoreExamples(data, true), fast.scoreExamples(data, true));
  }

  @Test
  void trainsAsDl4jDoes() {
    DataSet data = new DataSet(images(6), labels(6));
    for (int step = 0; step < 3; step++) {
      plain.fit(data);
      fast.fit(data);
      fast.output(data.getFeatures());
    }
    assertClose(plain.params(), fast.params());
    assertEquals(plain.score(), fast.score(), 1e-5);
    assertClose(plain.updaterState(), fast.updaterState());
    assertEquals(plain.getIterationCount(), fast.getIterationCount());
    assertClose(plain.outputSingle(images(2)), fast.outputSingle(images(2)));
  }

  @Test
  void takesOverWithoutCopying() {
    plain.setListeners(new CollectScoresIterationListener());
    DataSet data = new DataSet(images(6), labels(6));
    plain.fit(data);
    ComputationGraph twin = plain.clone();
    FastComputationGraph taken = OneDnn.wrap(plain);
    assertEquals(plain.params().data().address(), taken.params().data().address());
    assertEquals(plain.updaterState().data().address(), taken.updaterState().data().address());
    assertSame(plain.getConfiguration(), taken.getConfiguration());
    assertEquals(List.copyOf(plain.getListeners()), List.copyOf(taken.getListeners()));
    assertEquals(plain.score(), taken.score());
    twin.fit(data);
    taken.fit(data);
    assertClose(twin.params(), taken.params());
    assertClose(twin.updaterState(), taken.updaterState());
    assertEquals(2, taken.getIterationCount());
  }

  @Test
  void copies() throws Exception {
    INDArray x = images(2);
    fast.fit(new DataSet(images(6), labels(6)));
    INDArray expected = fast.outputSingle(x);
    FastComputationGraph clone = fast.clone();
    assertTrue(clone.isFast());
    assertEquals(expected, clone.outputSingle(x));
    clone.fit(new DataSet(images(6), labels(6)));
    assertTrue(difference(expected, clone.outputSingle(x)) > 1e-4);
    assertEquals(expected, fast.outputSingle(x), "the clone's parameters are its own");
    clone.close();

    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(fast);
    }
    try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      // DL4J's own, which has forgotten how many inputs and outputs there are.
      ComputationGraph read = (ComputationGraph) in.readObject();
      assertSame(ComputationGraph.class, read.getClass());
      assertEquals(fast.params(), read.params());
      assertEquals(fast.updaterState(), read.updaterState());
    }
  }

  @Test
  void frozenLayersStayFrozen() {
    ComputationGraph frozen = new TransferLearning.GraphBuilder(Networks.residual()).setFeatureExtractor("norm1").build();
    FastComputationGraph taken = OneDnn.wrap(frozen);
    INDArray before = taken.getLayer("conv1").params().dup();
    INDArray head = taken.getLayer("classes").params().dup();
    taken.fit(new DataSet(images(6), labels(6)));
    assertEquals(before, taken.getLayer("conv1").params());
    assertFalse(head.equals(taken.getLayer("classes").params()));
    assertClose(frozen.outputSingle(images(3)), taken.outputSingle(images(3)));
    taken.close();
  }

  @Test
  void anyBatchSizeAndNumberType() {
    for (int count : new int[] {1, 2, 5, 3, 1}) {
      INDArray x = images(count);
      assertClose(plain.outputSingle(x), fast.outputSingle(x));
      for (DataType type : new DataType[] {DataType.DOUBLE, DataType.FLOAT16, DataType.INT32, DataType.UINT8}) {
        INDArray cast = x.mul(10).castTo(type);
        INDArray found = fast.outputSingle(cast);
        assertEquals(DataType.FLOAT, found.dataType());
        assertClose(plain.outputSingle(cast), found);
        assertArrayEquals(new long[] {count, Networks.CLASSES}, found.shape());
      }
    }
  }
}
