package org.resnet4j.engine.plan;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

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

  /** Values whose gradients the gradients of what is trained are made from: something trained lies before them. */
  public Set<Value> wanted() {
    Set<Value> wanted = new HashSet<>();
    for (Node node : nodes) {
      if (node.passesGradient() && node.inputs().stream().anyMatch(wanted::contains)
          || node.constants().stream().anyMatch(Constant::isTrained)) {
        wanted.add(node.output());
      }
    }
    return wanted;
  }
}
