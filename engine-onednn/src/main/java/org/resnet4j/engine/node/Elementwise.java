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
import org.resnet4j.engine.plan.Descs;
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
    Tensor x = emitter.tensor(input);
    memory.data_type type = emitter.type(output);
    primitive_attr attributes = emitter.attributes();
    attributes.set_post_ops(Eltwise.append(new post_ops(), functions.subList(1, functions.size())));
    Eltwise first = functions.get(0);
    memory.desc target = x.type() == type ? x.desc() : Descs.any(x.shape(), type);
    eltwise_forward.primitive_desc description = new eltwise_forward.primitive_desc(emitter.engine(),
        prop_kind.forward_inference, first.algorithm(), x.desc(), target, first.alpha(), first.beta(), attributes,
        false);
    Tensor y = emitter.over(x, description.dst_desc());
    emitter.run(description, new eltwise_forward(description), Map.of(DNNL_ARG_SRC, x, DNNL_ARG_DST, y));
    emitter.give(output, y);
  }
}
