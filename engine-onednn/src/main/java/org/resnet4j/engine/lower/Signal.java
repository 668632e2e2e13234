package org.resnet4j.engine.lower;

import java.util.List;
import org.resnet4j.engine.plan.Value;

/**
 * A vertex's output: a value whose axes may be in another order than DL4J's array has them, so that images of either
 * layout are [N, C, H, W] to the nodes.
 *
 * @param order DL4J's axis of each of the value's; null where they are the same
 */
record Signal(Value value, List<Integer> order) {
  Signal {
    order = order == null ? null : List.copyOf(order);
  }

  Signal(Value value) {
    this(value, null);
  }

  /** The value's axis that is a certain one of DL4J's. */
  int axis(int axis) {
    return order == null || axis < 0 ? axis : order.indexOf(axis);
  }

  Signal with(Value other) {
    return new Signal(other, order);
  }
}
