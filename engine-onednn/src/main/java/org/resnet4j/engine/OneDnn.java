package org.resnet4j.engine;

import java.util.Optional;
import org.deeplearning4j.nn.graph.ComputationGraph;

/** The engine's entrance. */
public final class OneDnn {
  private OneDnn() {}

  /** Why networks can't be compiled here (no natives for this platform, ND4J on a GPU), in one sentence; empty if they can. */
  public static Optional<String> unavailable() {
    return Optional.empty();
  }

  /** Compiles a network as it is now: later changes of its parameters show after {@link CompiledGraph#refresh}. */
  public static CompiledGraph compile(ComputationGraph graph, EngineOptions options) {
    return null;
  }
}
