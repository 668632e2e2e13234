package org.resnet4j.engine;

import java.util.List;
import java.util.Optional;
import org.bytedeco.dnnl.memory;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;
import org.resnet4j.engine.plan.Cpu;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The engine's entrance. */
public final class OneDnn {
  private static final Logger LOG = LoggerFactory.getLogger(OneDnn.class);

  private OneDnn() {}

  /** Whether the platform can, found out once: a library that failed to load doesn't load later. */
  private static final class Platform {
    static Throwable cause;
    static final Optional<String> PROBLEM = problem();

    private static Optional<String> problem() {
      if (!Nd4j.getEnvironment().isCPU()) {
        return Optional.of("The oneDNN engine computes on the CPU, and ND4J runs on a GPU here: DL4J goes on without "
            + "it.");
      }
      try {
        Cpu.instructions();
        return Optional.empty();
      } catch (LinkageError | RuntimeException e) {
        cause = e;
        return Optional.of("The oneDNN engine's native library doesn't load here (%s): DL4J goes on without it. It is "
            .formatted(deepest(e)) + "in org.bytedeco:dnnl with the classifier of this platform, and needs "
            + "org.bytedeco:opencl with the same.");
      }
    }

    private static Throwable deepest(Throwable problem) {
      return problem.getCause() == null ? problem : deepest(problem.getCause());
    }
  }

  /** Why networks can't be compiled here (no natives for this platform, ND4J on a GPU), in one line; empty if they can. */
  public static Optional<String> unavailable() {
    return Platform.PROBLEM;
  }

  private static Optional<String> unavailable(ComputationGraph graph) {
    DataType type = graph.params().dataType();
    return type == DataType.FLOAT ? unavailable()
        : Optional.of("The oneDNN engine compiles networks of type FLOAT, and this one is of type " + type
            + ": DL4J goes on without it. ComputationGraph.convertDataType(DataType.FLOAT) makes a copy that compiles.");
  }

  /**
   * Compiles a network as it is now: later changes of its parameters show after {@link CompiledGraph#refresh}.
   *
   * @throws EngineException.Unavailable where the engine can't run, or not this network
   */
  public static CompiledGraph compile(ComputationGraph graph) {
    return compile(graph, EngineOptions.standard());
  }

  /**
   * Compiles a network as it is now: later changes of its parameters show after {@link CompiledGraph#refresh}. What the
   * engine has no kernels for runs on DL4J; a logged line for each such vertex says so.
   *
   * @param inputShapes one for each of the network's inputs, to make ready for arrays of these shapes at once; none to
   *     do that in the first call
   * @throws EngineException.Unavailable where the engine can't run, or not this network
   * @throws EngineException.WrongInput if the network can't take inputs of these shapes
   */
  public static CompiledGraph compile(ComputationGraph graph, EngineOptions options, long[]... inputShapes) {
    initialise(graph);
    require(unavailable(graph));
    CompiledGraph compiled = compile(graph, graph.getConfiguration().getNetworkOutputs(), options);
    compiled.interpreted().forEach(LOG::warn);
    try {
      if (inputShapes.length > 0) {
        compiled.prepare(inputShapes);
      }
    } catch (RuntimeException | Error e) {
      compiled.close();
      throw e;
    }
    return compiled;
  }

  static CompiledGraph compile(ComputationGraph graph, List<String> outputs, EngineOptions options) {
    boolean narrow = options.precision() == Precision.BFLOAT16
        || options.precision() == Precision.AUTO && Cpu.hasFastBfloat16();
    return new CompiledGraph(graph, outputs, options, narrow ? memory.data_type.bf16 : memory.data_type.f32);
  }

  private static void initialise(ComputationGraph graph) {
    if (graph.getVertices() == null) {
      graph.init();
    }
  }

  /** As {@link #wrap(ComputationGraph, EngineOptions)}, with the standard options. */
  public static FastComputationGraph wrap(ComputationGraph graph) {
    return wrap(graph, EngineOptions.standard());
  }

  /**
   * Makes a network that predicts with the engine and is a {@code ComputationGraph} in all else. It takes over the
   * given one's parameters, configuration, updater state and listeners, without copying; use it in place of that one
   * from now on.
   *
   * <p>Where the engine can't run, or not this network, a logged line says why and DL4J computes everything.
   */
  public static FastComputationGraph wrap(ComputationGraph graph, EngineOptions options) {
    initialise(graph);
    try {
      require(unavailable(graph));
      FastComputationGraph fast = new FastComputationGraph(graph, options, true);
      fast.compiled().forEach(LOG::warn);
      return fast;
    } catch (EngineException.Unavailable e) {
      LOG.warn(e.getMessage());
      return new FastComputationGraph(graph, options, false);
    }
  }

  /** oneDNN's. */
  public static String version() {
    require(unavailable());
    return Cpu.version();
  }

  /** The processor's instructions that oneDNN makes its kernels of, as it names them. */
  public static String instructions() {
    require(unavailable());
    return Cpu.instructions();
  }

  /** Whether the processor has instructions for {@link Precision#BFLOAT16}; else that is slower than float32. */
  public static boolean hasFastBfloat16() {
    require(unavailable());
    return Cpu.hasFastBfloat16();
  }

  private static void require(Optional<String> problem) {
    if (problem.isPresent()) {
      throw new EngineException.Unavailable(problem.get(), Platform.cause);
    }
  }
}
