package org.resnet4j.engine.node;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;

import java.util.List;
import java.util.Map;
import org.bytedeco.dnnl.eltwise_forward;
import org.bytedeco.dnnl.global.dnnl.prop_kind;
import org.bytedeco.dnnl.memory;
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
    // One primitive each: that of elementwise functions takes none of them behind it.
    Tensor y = emitter.tensor(input);
    for (Eltwise function : functions) {
      y = applied(emitter, function, y);
    }
    emitter.give(output, y);
  }

  private Tensor applied(Emitter emitter, Eltwise function, Tensor x) {
    memory.data_type type = emitter.type(output);
    memory.desc target = x.type() == type ? x.desc() : Descs.any(x.shape(), type);
    eltwise_forward.primitive_desc description = new eltwise_forward.primitive_desc(emitter.engine(),
        prop_kind.forward_inference, function.algorithm(), x.desc(), target, function.alpha(), function.beta(),
        emitter.attributes(), false);
    Tensor y = emitter.over(x, description.dst_desc());
    emitter.run(description, new eltwise_forward(description), Map.of(DNNL_ARG_SRC, x, DNNL_ARG_DST, y));
    return y;
  }
}
