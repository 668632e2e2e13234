package org.resnet4j.engine.node;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;

import java.util.List;
import java.util.Map;
import org.bytedeco.dnnl.global.dnnl.algorithm;
import org.bytedeco.dnnl.global.dnnl.prop_kind;
import org.bytedeco.dnnl.lrn_forward;
import org.bytedeco.dnnl.memory;
import org.resnet4j.engine.plan.Emitter;
import org.resnet4j.engine.plan.Node;
import org.resnet4j.engine.plan.Tensor;
import org.resnet4j.engine.plan.Value;

/**
 * Local response normalisation of [N, C, H, W]: input / (k + alpha * sum)^beta, the sum being that of the squares of the
 * channels at most {@code reach} away.
 */
public record ChannelNorm(Value input, Value output, int reach, float alpha, float beta, float k) implements Node {
  @Override
  public List<Value> inputs() {
    return List.of(input);
  }

  @Override
  public void forward(Emitter emitter) {
    Tensor x = emitter.tensor(input);
    if (x.rank() != 4) {
      throw emitter.wrong("images", x);
    }
    memory.data_type type = emitter.type(output);
    int window = 2 * reach + 1;
    // oneDNN divides alpha by the window's size.
    lrn_forward.primitive_desc description = Layouts.choose(emitter, Layouts.of(x, type),
        layout -> Layouts.type(layout) != type ? null : new lrn_forward.primitive_desc(emitter.engine(),
            prop_kind.forward_inference, algorithm.lrn_across_channels, layout, layout, window, alpha * window, beta, k,
            emitter.attributes(), true));
    Tensor y = emitter.allocate(description.dst_desc());
    emitter.run(description, new lrn_forward(description),
        Map.of(DNNL_ARG_SRC, emitter.in(x, description.src_desc()), DNNL_ARG_DST, y));
    emitter.give(output, y);
  }
}
