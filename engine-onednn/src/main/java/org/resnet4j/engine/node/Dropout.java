package org.resnet4j.engine.node;

import java.util.Arrays;
import java.util.List;
import org.bytedeco.dnnl.global.dnnl.algorithm;
import org.resnet4j.engine.plan.Descs;
import org.resnet4j.engine.plan.Emitter;
import org.resnet4j.engine.plan.Tape;
import org.resnet4j.engine.plan.Tensor;
import org.resnet4j.engine.plan.Value;

/**
 * In training each element, each example's channel or each example stays with a probability, and is then divided by it;
 * in inference nothing happens.
 *
 * @param retained the probability
 * @param whole what stays or goes together
 * @param axis of the channels or the examples, where these stay or go
 */
public record Dropout(Value input, Value output, double retained, Whole whole, int axis) implements Unary {
  /** What a draw is for. */
  public enum Whole {
    ELEMENT,
    CHANNEL,
    EXAMPLE
  }

  @Override
  public void forward(Emitter emitter) {
    emitter.give(output, emitter.tensor(input));
  }

  @Override
  public boolean keepsOutput() {
    return false;
  }

  @Override
  public void train(Emitter emitter, Tape tape) {
    Tensor x = emitter.tensor(input);
    long[] shape = x.shape();
    if (whole != Whole.ELEMENT) {
      Arrays.fill(shape, whole == Whole.CHANNEL ? 1 : 0, shape.length, 1);
      shape[axis] = x.size(axis);
    }
    Tensor factors = emitter.allocate(Descs.plain(shape, Emitter.f32()));
    emitter.retain(factors, retained);
    emitter.give(output, product(emitter, x, factors, emitter.mayReplace(input)));
    tape.record(output, () -> {
      Tensor dy = tape.take(output);
      tape.put(input, product(emitter, dy, factors, tape.owns(dy)));
    });
  }

  private static Tensor product(Emitter emitter, Tensor x, Tensor factors, boolean inPlace) {
    Binary.Target target = inPlace ? Binary.Target.FIRST : Binary.Target.NEW;
    return new Binary(emitter, algorithm.binary_mul, x.type(), List.of(), target).of(x, factors);
  }
}
