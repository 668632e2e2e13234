package org.resnet4j.engine.node;

import java.util.List;
import org.resnet4j.engine.plan.Constant;
import org.resnet4j.engine.plan.Descs;
import org.resnet4j.engine.plan.Emitter;
import org.resnet4j.engine.plan.Node;
import org.resnet4j.engine.plan.Value;

/** A parameter or other constant as a value. */
public record Fixed(Value output, Constant constant, List<Long> shape) implements Node {
  public Fixed {
    shape = List.copyOf(shape);
  }

  @Override
  public List<Value> inputs() {
    return List.of();
  }

  @Override
  public List<Constant> constants() {
    return List.of(constant);
  }

  @Override
  public void forward(Emitter emitter) {
    long[] sizes = shape.stream().mapToLong(Long::longValue).toArray();
    emitter.give(output, emitter.constant(constant, Descs.plain(sizes, Emitter.f32())));
  }
}
