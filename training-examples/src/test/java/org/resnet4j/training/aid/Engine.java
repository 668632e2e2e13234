package org.resnet4j.training.aid;

import static org.junit.jupiter.api.Assertions.assertFalse;

import org.deeplearning4j.nn.graph.ComputationGraph;
import org.resnet4j.engine.EngineOptions;
import org.resnet4j.engine.FastComputationGraph;
import org.resnet4j.engine.OneDnn;

/** Who trains. */
enum Engine {
  DL4J {
    @Override
    ComputationGraph of(ComputationGraph graph) {
      return graph;
    }

    @Override
    void assertTrained(ComputationGraph graph) {
      assertFalse(graph instanceof FastComputationGraph);
    }
  },
  ONEDNN {
    @Override
    ComputationGraph of(ComputationGraph graph) {
      FastComputationGraph fast = OneDnn.wrap(graph, EngineOptions.standard().withThreads(1));
      fast.profile();
      return fast;
    }

    @Override
    void assertTrained(ComputationGraph graph) {
      assertFalse(((FastComputationGraph) graph).profiled().isEmpty(), "DL4J trained this network");
    }
  };

  abstract ComputationGraph of(ComputationGraph graph);

  /** Fails if another than this one did the net's steps. */
  abstract void assertTrained(ComputationGraph graph);
}
