package org.resnet4j.training.aid;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.api.OptimizationAlgorithm;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.optimize.api.BaseTrainingListener;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.resnet4j.zoo.updater.SgdMomentum;

class GradientAccumulationTest {
  private static final int[] PARTS = {5, 1, 2, 4};

  private static NeuralNetConfiguration.Builder settings(boolean mean) {
    return new NeuralNetConfiguration.Builder().updater(new SgdMomentum(mean ? 0.2 : 0.02, 0.9)).l2(0.01)
        .miniBatch(mean);
  }

  private static double distance(ComputationGraph one, ComputationGraph other) {
    return DenseNets.distance(one.params(), other.params());
  }

  @ParameterizedTest
  @EnumSource
  void partsOfUnequalSizeAreTheWholeBatch(Engine engine) {
    for (boolean mean : new boolean[] {true, false}) {
      ComputationGraph whole = engine.of(DenseNets.net(settings(mean), 8));
      ComputationGraph inParts = engine.of(DenseNets.net(settings(mean), 8));
      ComputationGraph begun = DenseNets.net(settings(mean), 8);
      GradientAccumulation accumulation = new GradientAccumulation();
      for (int step = 0; step < 4; step++) {
        DataSet batch = DenseNets.batch(12, step);
        whole.fit(batch);
        accumulation.fit(inParts, RecordedSteps.parts(batch, PARTS));
        assertEquals(whole.score(), inParts.score(), 1e-6 * whole.score());
      }
      assertTrue(distance(whole, begun) > 0.01);
      assertTrue(distance(whole, inParts) < 1e-6, "off by " + distance(whole, inParts));
      assertEquals(whole.getIterationCount(), inParts.getIterationCount());
      engine.assertTrained(inParts);
    }
  }

  /** What clips sees the whole batch's gradient, not the last part's. */
  @ParameterizedTest
  @EnumSource
  void listenersHearOfOneStepWithTheWholeGradient(Engine engine) {
    ComputationGraph whole = engine.of(DenseNets.net(settings(true), 8));
    ComputationGraph inParts = engine.of(DenseNets.net(settings(true), 8));
    GradientClipping clipping = new GradientClipping(0.1);
    GradientClipping other = new GradientClipping(0.1);
    List<Integer> steps = new ArrayList<>();
    whole.addListeners(clipping);
    inParts.addListeners(other, new BaseTrainingListener() {
      @Override
      public void iterationDone(Model model, int iteration, int epoch) {
        steps.add(iteration);
      }
    });
    GradientAccumulation accumulation = new GradientAccumulation();
    for (int step = 0; step < 2; step++) {
      DataSet batch = DenseNets.batch(12, step);
      whole.fit(batch);
      accumulation.fit(inParts, RecordedSteps.parts(batch, PARTS));
      assertTrue(clipping.lastNorm() > 0.1);
      assertEquals(clipping.lastNorm(), other.lastNorm(), 1e-6);
    }
    assertEquals(List.of(0, 1), steps);
    assertEquals(2, inParts.getListeners().size());
    assertTrue(distance(whole, inParts) < 1e-6, "off by " + distance(whole, inParts));
  }

  @ParameterizedTest
  @EnumSource
  void onePartIsAnOrdinaryStepToTheBit(Engine engine) {
    ComputationGraph whole = engine.of(DenseNets.net(settings(true), 8));
    ComputationGraph inParts = engine.of(DenseNets.net(settings(true), 8));
    for (int step = 0; step < 2; step++) {
      whole.fit(DenseNets.batch(4, step));
      new GradientAccumulation().fit(inParts, List.of(DenseNets.batch(4, step)));
    }
    assertEquals(0, distance(whole, inParts));
    assertEquals(whole.score(), inParts.score(), 1e-6);
  }

  /** A step that fails leaves the net's listeners as they were. */
  @Test
  void listenersStayAfterAFailure() {
    ComputationGraph graph = DenseNets.net(settings(true), 8);
    graph.addListeners(new GradientClipping(1));
    DataSet wrong = new DataSet(Nd4j.ones(2, 9), Nd4j.ones(2, 3));
    assertThrows(RuntimeException.class,
        () -> new GradientAccumulation().fit(graph, List.of(DenseNets.batch(2, 1), wrong)));
    assertEquals(1, graph.getListeners().size());
  }

  @Test
  void refusesWhatItCannotAddUp() {
    ComputationGraph graph = DenseNets.net(settings(true), 8);
    GradientAccumulation accumulation = new GradientAccumulation();
    assertEquals("Gradient accumulation: expected one part or more, found none.",
        assertThrows(IllegalArgumentException.class, () -> accumulation.fit(graph, List.of())).getMessage());
    ComputationGraph searching =
        DenseNets.net(settings(true).optimizationAlgo(OptimizationAlgorithm.LBFGS), 8);
    assertTrue(assertThrows(IllegalArgumentException.class,
        () -> accumulation.fit(searching, List.of(DenseNets.batch(2, 1)))).getMessage().contains("LBFGS"));
  }
}
