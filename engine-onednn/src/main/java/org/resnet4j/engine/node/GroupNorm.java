package org.resnet4j.engine.node;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SCALE;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SHIFT;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;

import java.util.List;
import java.util.Map;
import org.bytedeco.dnnl.global.dnnl.normalization_flags;
import org.bytedeco.dnnl.global.dnnl.prop_kind;
import org.bytedeco.dnnl.group_normalization_forward;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.post_ops;
import org.bytedeco.dnnl.primitive_attr;
import org.resnet4j.engine.plan.Constant;
import org.resnet4j.engine.plan.Descs;
import org.resnet4j.engine.plan.Emitter;
import org.resnet4j.engine.plan.Node;
import org.resnet4j.engine.plan.Tensor;
import org.resnet4j.engine.plan.Value;

/**
 * [N, C, H, W] with mean 0 and deviation 1 within each example's groups of channels, then scaled and shifted per channel
 * and activated.
 *
 * @param scale [C]
 * @param shift [C]
 * @param epsilon added to the variance
 */
public record GroupNorm(Value input, Value output, int groups, float epsilon, Constant scale, Constant shift,
    List<Eltwise> activation) implements Node {
  public GroupNorm {
    activation = List.copyOf(activation);
  }

  @Override
  public List<Value> inputs() {
    return List.of(input);
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
    Tensor x = emitter.tensor(input);
    if (x.rank() != 4 || x.size(1) != scale.length()) {
      throw emitter.wrong("images of " + scale.length() + " channels", x);
    }
    memory.data_type type = emitter.type(output);
    primitive_attr attributes = emitter.attributes();
    attributes.set_post_ops(Eltwise.append(new post_ops(), activation));
    int flags = normalization_flags.use_scale.value | normalization_flags.use_shift.value;
    group_normalization_forward.primitive_desc description = Layouts.choose(emitter, Layouts.of(x, type),
        layout -> new group_normalization_forward.primitive_desc(emitter.engine(),
            prop_kind.forward_inference.value, layout, Layouts.like(layout, x.shape(), type), groups, epsilon, flags,
            attributes, true));
    memory.desc channels = Descs.plain(new long[] {scale.length()}, Emitter.f32());
    Tensor source = emitter.in(x, description.src_desc());
    Tensor y = emitter.over(source, description.dst_desc());
    emitter.run(description, new group_normalization_forward(description), Map.of(DNNL_ARG_SRC, source,
        DNNL_ARG_SCALE, emitter.constant(scale, channels), DNNL_ARG_SHIFT, emitter.constant(shift, channels),
        DNNL_ARG_DST, y));
    emitter.give(output, y);
  }
}
