package org.resnet4j.engine.node;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WEIGHTS;

import java.util.List;
import java.util.Map;
import org.bytedeco.dnnl.global.dnnl.prop_kind;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.prelu_forward;
import org.resnet4j.engine.plan.Constant;
import org.resnet4j.engine.plan.Descs;
import org.resnet4j.engine.plan.Emitter;
import org.resnet4j.engine.plan.Node;
import org.resnet4j.engine.plan.Tensor;
import org.resnet4j.engine.plan.Value;

/**
 * The input above 0, slope * input below, with a slope for each channel.
 *
 * @param slope [C], the channels being the input's axis 1
 */
public record Prelu(Value input, Value output, Constant slope) implements Node {
  @Override
  public List<Value> inputs() {
    return List.of(input);
  }

  @Override
  public List<Constant> constants() {
    return List.of(slope);
  }

  @Override
  public void forward(Emitter emitter) {
    Tensor x = emitter.tensor(input);
    if (x.rank() < 2 || x.size(1) != slope.length()) {
      throw emitter.wrong(slope.length() + " channels on axis 1", x);
    }
    memory.data_type type = emitter.type(output);
    long[] shape = new long[x.rank()];
    java.util.Arrays.fill(shape, 1);
    shape[1] = slope.length();
    prelu_forward.primitive_desc description = Layouts.choose(emitter, Layouts.of(x, type),
        layout -> Layouts.type(layout) != type ? null : new prelu_forward.primitive_desc(emitter.engine(),
            prop_kind.forward_inference, layout, Descs.any(shape, Emitter.f32()), layout, emitter.attributes(), true));
    Tensor source = emitter.in(x, description.src_desc());
    Tensor y = emitter.over(source, description.dst_desc());
    emitter.run(description, new prelu_forward(description), Map.of(DNNL_ARG_SRC, source, DNNL_ARG_WEIGHTS,
        emitter.constant(slope, description.weights_desc()), DNNL_ARG_DST, y));
    emitter.give(output, y);
  }
}
