package org.resnet4j.engine.plan;

import java.util.List;

/**
 * A network as nodes in an order in which they can be computed.
 *
 * @param inputs in order of the network's
 * @param outputs in order of the network's
 */
public record Program(List<Value> inputs, List<Node> nodes, List<Value> outputs) {
  public Program {
    inputs = List.copyOf(inputs);
    nodes = List.copyOf(nodes);
    outputs = List.copyOf(outputs);
  }
}
