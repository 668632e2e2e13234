package org.resnet4j.engine.node;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_WEIGHTS;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WEIGHTS;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.bytedeco.dnnl.global.dnnl.prop_kind;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.prelu_backward;
import org.bytedeco.dnnl.prelu_forward;
import org.resnet4j.engine.plan.Constant;
import org.resnet4j.engine.plan.Descs;
import org.resnet4j.engine.plan.Emitter;
import org.resnet4j.engine.plan.Tape;
import org.resnet4j.engine.plan.Tensor;
import org.resnet4j.engine.plan.Value;

/**
 * The input above 0, slope * input below, with a slope for each channel.
 *
 * @param slope [C], the channels being the input's axis 1
 */
public record Prelu(Value input, Value output, Constant slope) implements Unary {
  @Override
  public List<Constant> constants() {
    return List.of(slope);
  }

  @Override
  public void forward(Emitter emitter) {
    Tensor x = channels(emitter);
    prelu_forward.primitive_desc description = Layouts.choose(emitter, x, emitter.type(output),
        layout -> describe(emitter, prop_kind.forward_inference, layout));
    Tensor source = emitter.in(x, description.src_desc());
    Tensor y = emitter.over(source, description.dst_desc());
    run(emitter, description, source, y);
    emitter.give(output, y);
  }

  private Tensor channels(Emitter emitter) {
    Tensor x = emitter.tensor(input);
    if (x.rank() < 2 || x.size(1) != slope.length()) {
      throw emitter.wrong(slope.length() + " channels on axis 1", x);
    }
    return Layouts.ordinary(emitter, x);
  }

  private prelu_forward.primitive_desc describe(Emitter emitter, prop_kind kind, memory.desc layout) {
    return new prelu_forward.primitive_desc(emitter.engine(), kind, layout, slopes(layout), layout,
        emitter.attributes(), true);
  }

  private memory.desc slopes(memory.desc layout) {
    long[] shape = new long[layout.get_ndims()];
    Arrays.fill(shape, 1);
    shape[1] = slope.length();
    return Descs.any(shape, Emitter.f32());
  }

  private void run(Emitter emitter, prelu_forward.primitive_desc description, Tensor x, Tensor y) {
    emitter.run(description, new prelu_forward(description), Map.of(DNNL_ARG_SRC, x, DNNL_ARG_WEIGHTS,
        emitter.constant(slope, description.weights_desc()), DNNL_ARG_DST, y));
  }

  @Override
  public void train(Emitter emitter, Tape tape) {
    Tensor given = channels(emitter);
    prelu_forward.primitive_desc forward = Layouts.choose(emitter, given, emitter.type(),
        layout -> describe(emitter, prop_kind.forward_training, layout));
    Tensor x = emitter.in(given, forward.src_desc());
    Tensor y = emitter.allocate(x.desc());
    run(emitter, forward, x, y);
    emitter.give(output, y);
    tape.record(output, () -> {
      Tensor dy = emitter.in(tape.take(output), x.desc());
      prelu_backward.primitive_desc backward = new prelu_backward.primitive_desc(emitter.engine(), x.desc(),
          slopes(x.desc()), x.desc(), slopes(x.desc()), x.desc(), forward, emitter.attributes(), false);
      Tensor dx = emitter.allocate(x.desc());
      tape.parameter(slope, backward.diff_weights_desc(), change -> emitter.run(backward,
          new prelu_backward(backward), Map.of(DNNL_ARG_SRC, x, DNNL_ARG_WEIGHTS,
              emitter.constant(slope, backward.weights_desc()), DNNL_ARG_DIFF_DST, dy, DNNL_ARG_DIFF_WEIGHTS, change,
              DNNL_ARG_DIFF_SRC, dx)));
      tape.put(input, dx);
    });
  }

  @Override
  public boolean keepsOutput() {
    return false;
  }
}
