package org.resnet4j.engine.node;

import java.util.List;
import org.bytedeco.dnnl.memory;
import org.resnet4j.engine.plan.Constant;
import org.resnet4j.engine.plan.Descs;
import org.resnet4j.engine.plan.Emitter;
import org.resnet4j.engine.plan.Node;
import org.resnet4j.engine.plan.Tape;
import org.resnet4j.engine.plan.Tensor;
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
    emitter.give(output, emitter.constant(constant, desc()));
  }

  private memory.desc desc() {
    return Descs.plain(shape.stream().mapToLong(Long::longValue).toArray(), Emitter.f32());
  }

  @Override
  public void train(Emitter emitter, Tape tape) {
    forward(emitter);
    tape.record(output, () -> {
      Tensor gradient = tape.take(output);
      tape.parameter(constant, desc(), target -> emitter.copy(gradient, target));
    });
  }
}
