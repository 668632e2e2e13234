package org.resnet4j.engine.lower;

import java.util.List;
import java.util.stream.IntStream;
import org.resnet4j.engine.plan.Value;

/**
 * A vertex's output: a value whose axes may be in another order than DL4J's array has them, so that images of either
 * layout are [N, C, H, W] to the nodes.
 *
 * @param order DL4J's axis of each of the value's; null where they are the same, however many there are
 */
record Signal(Value value, List<Integer> order) {
  Signal {
    boolean same = order == null || order.equals(IntStream.range(0, order.size()).boxed().toList());
    order = same ? null : List.copyOf(order);
  }

  Signal(Value value) {
    this(value, null);
  }

  /** The value's axis that is a certain one of DL4J's; both count from behind where negative. */
  int axis(int axis) {
    return order == null ? axis : order.indexOf(axis < 0 ? axis + order.size() : axis);
  }

  Signal with(Value other) {
    return new Signal(other, order);
  }
}
