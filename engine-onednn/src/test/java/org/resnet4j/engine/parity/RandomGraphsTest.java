package org.resnet4j.engine.parity;

import java.util.Optional;
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
import org.resnet4j.engine.WithoutHelpers;

/** Whatever small graph is compiled, it computes what DL4J computes. */
@AddLifecycleHook(WithoutHelpers.class)
class RandomGraphsTest {
  @Provide
  Arbitrary<RandomGraph> graphs() {
    return RandomGraphs.all();
  }

  @Property(tries = 300, seed = "1", edgeCases = EdgeCasesMode.NONE)
  void computeWhatDl4jComputes(@ForAll("graphs") RandomGraph graph) {
    check(graph);
  }

  /** Other graphs at each run, for a long time. */
  @Tag("long")
  @Property(tries = 10_000, edgeCases = EdgeCasesMode.NONE)
  void manyComputeWhatDl4jComputes(@ForAll("graphs") RandomGraph graph) {
    check(graph);
  }

  static void check(RandomGraph random) {
    ComputationGraph graph = random.initialised();
    try {
      INDArray[] inputs = random.arrays(random.batch());
      Optional<RandomGraph.Expected> expected = random.expected(graph, inputs);
      Assume.that(expected.isPresent());
      random.check(graph, expected.get(), inputs);
    } finally {
      graph.close();
    }
  }
}
