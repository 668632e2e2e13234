package org.resnet4j.engine.node;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC_0;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC_1;

import java.util.Arrays;
import java.util.Map;
import org.bytedeco.dnnl.binary;
import org.bytedeco.dnnl.global.dnnl.algorithm;
import org.resnet4j.engine.plan.Descs;
import org.resnet4j.engine.plan.Emitter;
import org.resnet4j.engine.plan.Tape;
import org.resnet4j.engine.plan.Tensor;
import org.resnet4j.engine.plan.Value;

/**
 * In training each element, or each example's channel, stays with a probability, and is then divided by it; in
 * inference nothing happens.
 *
 * @param retained the probability
 * @param channels the axis whose positions stay or go as a whole, or null
 */
public record Dropout(Value input, Value output, double retained, Integer channels) implements Unary {
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
    Tensor x = Layouts.ordinary(emitter, emitter.tensor(input));
    long[] shape = x.shape();
    if (channels != null) {
      Arrays.fill(shape, 1, shape.length, 1);
      shape[channels] = x.size(channels);
    }
    Tensor factors = emitter.allocate(Descs.plain(shape, Emitter.f32()));
    emitter.retain(factors, retained);
    emitter.give(output, product(emitter, x, factors, emitter.allocate(x.desc())));
    tape.record(output, () -> {
      Tensor dy = Layouts.ordinary(emitter, tape.take(output));
      tape.put(input, product(emitter, dy, factors, tape.owns(dy) ? dy : emitter.allocate(dy.desc())));
    });
  }

  private static Tensor product(Emitter emitter, Tensor x, Tensor factors, Tensor result) {
    binary.primitive_desc description = new binary.primitive_desc(emitter.engine(), algorithm.binary_mul, x.desc(),
        factors.desc(), result.desc(), emitter.attributes(), false);
    emitter.run(description, new binary(description),
        Map.of(DNNL_ARG_SRC_0, x, DNNL_ARG_SRC_1, factors, DNNL_ARG_DST, result));
    return result;
  }
}
