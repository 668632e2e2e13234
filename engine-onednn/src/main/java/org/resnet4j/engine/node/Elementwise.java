package org.resnet4j.engine.node;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;

import java.util.List;
import java.util.Map;
import org.bytedeco.dnnl.eltwise_forward;
import org.bytedeco.dnnl.global.dnnl.prop_kind;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.post_ops;
import org.bytedeco.dnnl.primitive_attr;
import org.resnet4j.engine.plan.Emitter;
import org.resnet4j.engine.plan.Node;
import org.resnet4j.engine.plan.Tensor;
import org.resnet4j.engine.plan.Value;

/** Functions of each element, one after the other; at least one. */
public record Elementwise(Value input, Value output, List<Eltwise> functions) implements Node {
  public Elementwise {
    functions = List.copyOf(functions);
  }

  @Override
  public List<Value> inputs() {
    return List.of(input);
  }

  @Override
  public void forward(Emitter emitter) {
    emitter.give(output, applied(emitter, emitter.tensor(input), emitter.type(output), functions));
  }

  /** Functions of a tensor's elements; the tensor itself where nobody else needs it. */
  static Tensor applied(Emitter emitter, Tensor x, memory.data_type type, List<Eltwise> functions) {
    primitive_attr attributes = emitter.attributes();
    attributes.set_post_ops(Eltwise.append(new post_ops(), functions.subList(1, functions.size())));
    Eltwise first = functions.get(0);
    eltwise_forward.primitive_desc description = Layouts.choose(emitter, Layouts.of(x, type),
        layout -> new eltwise_forward.primitive_desc(emitter.engine(), prop_kind.forward_inference, first.algorithm(),
            layout, Layouts.like(layout, x.shape(), type), first.alpha(), first.beta(), attributes, true));
    Tensor source = emitter.in(x, description.src_desc());
    Tensor y = emitter.over(source, description.dst_desc());
    emitter.run(description, new eltwise_forward(description), Map.of(DNNL_ARG_SRC, source, DNNL_ARG_DST, y));
    return y;
  }
}
