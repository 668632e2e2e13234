package org.resnet4j.engine.node;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SCALE;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SHIFT;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_MEAN;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SCALE;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SHIFT;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_VARIANCE;
import static org.bytedeco.dnnl.global.dnnl.dnnl_use_scale;
import static org.bytedeco.dnnl.global.dnnl.dnnl_use_shift;

import java.util.List;
import java.util.Map;
import org.bytedeco.dnnl.global.dnnl.prop_kind;
import org.bytedeco.dnnl.group_normalization_backward;
import org.bytedeco.dnnl.group_normalization_forward;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.post_ops;
import org.bytedeco.dnnl.primitive_attr;
import org.resnet4j.engine.plan.Constant;
import org.resnet4j.engine.plan.Descs;
import org.resnet4j.engine.plan.Emitter;
import org.resnet4j.engine.plan.Tape;
import org.resnet4j.engine.plan.Tensor;
import org.resnet4j.engine.plan.Value;

/**
 * [N, C, H, W] with mean 0 and deviation 1 within each example's groups of channels, then scaled and shifted per
 * channel and activated.
 *
 * @param scale [C]
 * @param shift [C]
 * @param epsilon added to the variance
 */
public record GroupNorm(Value input, Value output, int groups, float epsilon, Constant scale, Constant shift,
    List<Eltwise> activation) implements Unary {
  private static final int FLAGS = dnnl_use_scale | dnnl_use_shift;

  public GroupNorm {
    activation = List.copyOf(activation);
  }

  @Override
  public List<Constant> constants() {
    return List.of(scale, shift);
  }

  GroupNorm then(List<Eltwise> activation, Value output) {
    return new GroupNorm(input, output, groups, epsilon, scale, shift, activation);
  }

  @Override
  public void forward(Emitter emitter) {
    Tensor x = images(emitter);
    memory.data_type type = emitter.type(output);
    primitive_attr attributes = emitter.attributes();
    attributes.set_post_ops(Eltwise.append(new post_ops(), activation));
    group_normalization_forward.primitive_desc description = Layouts.choose(emitter, Layouts.of(x, type),
        layout -> describe(emitter, prop_kind.forward_inference, layout, Layouts.like(layout, x.shape(), type),
            attributes));
    Tensor source = emitter.in(x, description.src_desc());
    Tensor y = emitter.over(source, description.dst_desc());
    emitter.run(description, new group_normalization_forward(description), Map.of(DNNL_ARG_SRC, source,
        DNNL_ARG_SCALE, emitter.constant(scale, channels()), DNNL_ARG_SHIFT, emitter.constant(shift, channels()),
        DNNL_ARG_DST, y));
    emitter.give(output, y);
  }

  private Tensor images(Emitter emitter) {
    Tensor x = emitter.tensor(input);
    if (x.rank() != 4 || x.size(1) != scale.length()) {
      throw emitter.wrong("images of " + scale.length() + " channels", x);
    }
    return x;
  }

  private memory.desc channels() {
    return Descs.plain(new long[] {scale.length()}, Emitter.f32());
  }

  private group_normalization_forward.primitive_desc describe(Emitter emitter, prop_kind kind, memory.desc source,
      memory.desc target, primitive_attr attributes) {
    return new group_normalization_forward.primitive_desc(emitter.engine(), kind.value, source, target, groups,
        epsilon, FLAGS, attributes, true);
  }

  @Override
  public void train(Emitter emitter, Tape tape) {
    Tensor given = images(emitter);
    group_normalization_forward.primitive_desc forward = Layouts.choose(emitter, given, emitter.type(),
        layout -> describe(emitter, prop_kind.forward_training, layout, layout, emitter.attributes()));
    Tensor x = emitter.in(given, forward.src_desc());
    Tensor y = emitter.allocate(x.desc());
    Tensor mean = emitter.allocate(forward.mean_desc());
    Tensor variance = emitter.allocate(forward.variance_desc());
    emitter.run(forward, new group_normalization_forward(forward), Map.of(DNNL_ARG_SRC, x, DNNL_ARG_SCALE,
        emitter.constant(scale, channels()), DNNL_ARG_SHIFT, emitter.constant(shift, channels()), DNNL_ARG_MEAN, mean,
        DNNL_ARG_VARIANCE, variance, DNNL_ARG_DST, y));
    emitter.give(output, y);
    tape.record(output, () -> {
      Tensor dy = emitter.in(tape.take(output), x.desc());
      group_normalization_backward.primitive_desc backward = new group_normalization_backward.primitive_desc(
          emitter.engine(), prop_kind.backward.value, x.desc(), x.desc(), x.desc(), groups, epsilon, FLAGS, forward,
          emitter.attributes(), false);
      Tensor dx = emitter.allocate(x.desc());
      tape.parameters(scale, channels(), shift, channels(), (dScale, dShift) ->
          emitter.run(backward, new group_normalization_backward(backward), Map.of(DNNL_ARG_SRC, x, DNNL_ARG_MEAN,
              mean, DNNL_ARG_VARIANCE, variance, DNNL_ARG_SCALE, emitter.constant(scale, channels()),
              DNNL_ARG_DIFF_DST, dy, DNNL_ARG_DIFF_SRC, dx, DNNL_ARG_DIFF_SCALE, dScale, DNNL_ARG_DIFF_SHIFT,
              dShift)));
      tape.put(input, dx);
    });
  }

  @Override
  public boolean keepsOutput() {
    return false;
  }
}
