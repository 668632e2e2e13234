package org.resnet4j.engine;

import java.util.List;
import java.util.Optional;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.buffer.DataType;
import org.resnet4j.engine.plan.Cpu;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The engine's entrance. */
public final class OneDnn {
  static final Logger LOG = LoggerFactory.getLogger(OneDnn.class);

  private OneDnn() {}

  /** Why networks can't be compiled here (no natives, ND4J on a GPU), in one sentence; empty if they can. */
  public static Optional<String> unavailable() {
    return Availability.obstacle().map(Throwable::getMessage);
  }

  /** @throws EngineException.Unavailable where the engine can't run */
  private static void require() {
    Availability.obstacle().ifPresent(obstacle -> {
      throw new EngineException.Unavailable(obstacle.getMessage(), obstacle);
    });
  }

  /** @throws EngineException.Unavailable where the engine can't run, or not this network */
  private static void require(ComputationGraph graph) {
    require();
    DataType type = graph.params().dataType();
    if (type != DataType.FLOAT) {
      throw new EngineException.Unavailable("The oneDNN engine compiles networks of type FLOAT, and this one is of "
          + "type " + type + ". ComputationGraph.convertDataType(DataType.FLOAT) makes a copy that compiles.", null);
    }
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
    require(graph);
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
    return new CompiledGraph(graph, outputs, options, options.type());
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
      require(graph);
      FastComputationGraph fast = new FastComputationGraph(graph, options, true);
      // Now, so that what can't be compiled is known here.
      fast.compiled();
      return fast;
    } catch (EngineException.Unavailable e) {
      LOG.warn("{} This network runs on DL4J.", e.getMessage());
      return new FastComputationGraph(graph, options, false);
    }
  }

  /**
   * The library that networks are compiled with.
   *
   * @throws EngineException.Unavailable if they can't be
   */
  public static Library library() {
    require();
    return new Library(Cpu.version(), Cpu.instructions(), Cpu.hasFastBfloat16());
  }
}
