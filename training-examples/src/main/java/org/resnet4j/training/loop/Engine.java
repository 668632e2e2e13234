package org.resnet4j.training.loop;

import java.util.Locale;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.resnet4j.engine.CompiledGraph;
import org.resnet4j.engine.EngineOptions;
import org.resnet4j.engine.OneDnn;

/** What computes a network. */
public enum Engine {
  /** Deeplearning4j itself, in float32. */
  DL4J {
    @Override
    public Network open(ComputationGraph graph, EngineOptions options) {
      return Network.of(graph);
    }

    @Override
    public ComputationGraph trained(ComputationGraph graph, EngineOptions options) {
      return graph;
    }
  },
  /** The network compiled to oneDNN's kernels for this processor. */
  ONEDNN {
    @Override
    public Network open(ComputationGraph graph, EngineOptions options) {
      return new Compiled(OneDnn.compile(graph, options));
    }

    @Override
    public ComputationGraph trained(ComputationGraph graph, EngineOptions options) {
      return OneDnn.wrap(graph, options);
    }
  };

  /**
   * The graph ready to be run, as it is now.
   *
   * @param options for engines that have any
   */
  public abstract Network open(ComputationGraph graph, EngineOptions options);

  /**
   * The graph ready to be trained; it may be a new one, which has taken over the given one's parameters.
   *
   * @param options for engines that have any
   */
  public abstract ComputationGraph trained(ComputationGraph graph, EngineOptions options);

  /** As on the command line. */
  @Override
  public String toString() {
    return word(this);
  }

  /** A choice as it is typed. */
  public static String word(Enum<?> choice) {
    return choice.name().toLowerCase(Locale.ROOT);
  }

  private record Compiled(CompiledGraph graph) implements Network {
    @Override
    public INDArray output(INDArray images) {
      return graph.output(images)[0];
    }

    @Override
    public INDArray[] outputs(INDArray images) {
      return graph.output(images);
    }

    @Override
    public void close() {
      graph.close();
    }
  }
}
