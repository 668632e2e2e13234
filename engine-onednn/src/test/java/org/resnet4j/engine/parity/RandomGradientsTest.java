package org.resnet4j.engine.parity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tag;
import net.jqwik.api.lifecycle.AddLifecycleHook;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.resnet4j.engine.WithoutHelpers;
import org.resnet4j.engine.training.Sketch;
import org.resnet4j.engine.training.TrainingStep;

/** Whatever small graph is trained, its score and gradients are DL4J's. */
@AddLifecycleHook(WithoutHelpers.class)
class RandomGradientsTest {
  private static final double TOLERANCE = 1e-3;
  /** How much further from what float64 gives than DL4J's own float32 gradients. */
  private static final double WORSE = 3;
  private static final double LARGEST_SCORE = 1e4;

  @Provide
  Arbitrary<RandomGraph> graphs() {
    return RandomGraphs.training();
  }

  @Property(tries = 150, seed = "1", edgeCases = EdgeCasesMode.NONE)
  void areDl4js(@ForAll("graphs") RandomGraph graph) {
    check(graph);
  }

  /** Other graphs at each run, for a long time. */
  @Tag("long")
  @Property(tries = 10_000, edgeCases = EdgeCasesMode.NONE)
  void manyAreDl4js(@ForAll("graphs") RandomGraph graph) {
    check(graph);
  }

  static void check(RandomGraph random) {
    ComputationGraph graph = random.initialised();
    try {
      INDArray[] labels = random.outputs().stream().map(output -> Sketch.labels(random.batch(), Assembly.CLASSES))
          .toArray(INDArray[]::new);
      MultiDataSet data = new MultiDataSet(random.arrays(random.batch()), labels);
      TrainingStep expected = TrainingStep.of(graph, data);
      Assume.that(expected.score() <= LARGEST_SCORE && Double.isFinite(expected.scale()));
      TrainingStep found = TrainingStep.onEngine(graph, TrainingStep.FLOATS, data);
      assertEquals(expected.names(), found.names());
      TrainingStep exact = null;
      double scale = expected.scale();
      for (String name : expected.gradients().keySet()) {
        double error = TrainingStep.error(expected.gradients().get(name), found.gradients().get(name), scale);
        if (!(error <= TOLERANCE)) {
          // Both are off where float32 has too few digits.
          exact = exact == null ? TrainingStep.exact(graph, data) : exact;
          INDArray truth = exact.gradients().get(name);
          double own = TrainingStep.error(truth, expected.gradients().get(name), scale);
          double its = TrainingStep.error(truth, found.gradients().get(name), scale);
          assertTrue(its <= Math.max(TOLERANCE, WORSE * own), name + ": off by " + its + ", DL4J by " + own);
        }
      }
      assertEquals(expected.score(), found.score(), TOLERANCE / 10 * Math.max(expected.score(), 1));
    } finally {
      graph.close();
    }
  }
}
