package org.resnet4j.engine;

import java.util.Optional;
import org.bytedeco.dnnl.memory;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.resnet4j.engine.plan.Cpu;

/** The engine's entrance. */
public final class OneDnn {
  private OneDnn() {}

  /** Why networks can't be compiled here (no natives for this platform, ND4J on a GPU), in one sentence; empty if they can. */
  public static Optional<String> unavailable() {
    return Availability.obstacle().map(Throwable::getMessage);
  }

  /**
   * The library that networks are compiled with.
   *
   * @throws EngineException.Unavailable if they can't be
   */
  public static Library library() {
    available();
    return new Library(Cpu.version(), Cpu.instructions(), Cpu.hasFastBfloat16());
  }

  private static void available() {
    Availability.obstacle().ifPresent(obstacle -> {
      throw new EngineException.Unavailable(obstacle.getMessage(), obstacle);
    });
  }

  /**
   * Compiles a network as it is now: later changes of its parameters show after {@link CompiledGraph#refresh}.
   *
   * @throws EngineException.Unavailable if networks can't be compiled here
   */
  public static CompiledGraph compile(ComputationGraph graph, EngineOptions options) {
    available();
    boolean narrow = options.precision() == Precision.BFLOAT16
        || options.precision() == Precision.AUTO && Cpu.hasFastBfloat16();
    return new CompiledGraph(graph, graph.getConfiguration().getNetworkOutputs(), options,
        narrow ? memory.data_type.bf16 : memory.data_type.f32);
  }
}
