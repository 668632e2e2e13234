package org.resnet4j.engine.node;

import java.util.List;
import org.resnet4j.engine.plan.Node;
import org.resnet4j.engine.plan.Value;

/** A node of one input. */
interface Unary extends Node {
  Value input();

  @Override
  default List<Value> inputs() {
    return List.of(input());
  }
}
