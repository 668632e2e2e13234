package org.resnet4j.spark.training;

import java.io.Serializable;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.resnet4j.zoo.LayerHelpers;

/**
 * A graph on its way to workers.
 *
 * @param configuration DL4J's JSON
 * @param parameters all, float32, in DL4J's order
 */
public record SentGraph(String configuration, float[] parameters) implements Serializable {
  /** A copy of the graph as it is now, without its updater's state. */
  public static SentGraph of(ComputationGraph graph) {
    return new SentGraph(graph.getConfiguration().toJson(), Floats.of(graph.params()));
  }

  /** The graph anew, which the caller closes. */
  public ComputationGraph open() {
    LayerHelpers.enable(); // before the graph is made
    ComputationGraph graph = new ComputationGraph(ComputationGraphConfiguration.fromJson(configuration));
    graph.init(Floats.array(parameters), false);
    return graph;
  }
}
