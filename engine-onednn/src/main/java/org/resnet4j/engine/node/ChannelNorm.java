package org.resnet4j.engine.node;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WORKSPACE;

import java.util.HashMap;
import java.util.Map;
import org.bytedeco.dnnl.global.dnnl.algorithm;
import org.bytedeco.dnnl.global.dnnl.prop_kind;
import org.bytedeco.dnnl.lrn_backward;
import org.bytedeco.dnnl.lrn_forward;
import org.bytedeco.dnnl.memory;
import org.resnet4j.engine.plan.Emitter;
import org.resnet4j.engine.plan.Tape;
import org.resnet4j.engine.plan.Tensor;
import org.resnet4j.engine.plan.Value;

/**
 * Local response normalisation of [N, C, H, W]: input / (k + alpha * sum)^beta, the sum being that of the squares of
 * the channels at most {@code reach} away.
 */
public record ChannelNorm(Value input, Value output, int reach, float alpha, float beta, float k) implements Unary {
  @Override
  public void forward(Emitter emitter) {
    Tensor x = images(emitter);
    lrn_forward.primitive_desc description = Layouts.choose(emitter, x, emitter.type(output),
        layout -> describe(emitter, prop_kind.forward_inference, layout));
    Tensor y = emitter.allocate(description.dst_desc());
    emitter.run(description, new lrn_forward(description),
        Map.of(DNNL_ARG_SRC, emitter.in(x, description.src_desc()), DNNL_ARG_DST, y));
    emitter.give(output, y);
  }

  private Tensor images(Emitter emitter) {
    Tensor x = emitter.tensor(input);
    if (x.rank() != 4) {
      throw emitter.wrong("images", x);
    }
    return x;
  }

  private int window() {
    return 2 * reach + 1;
  }

  private lrn_forward.primitive_desc describe(Emitter emitter, prop_kind kind, memory.desc layout) {
    // oneDNN divides alpha by the window's size.
    return new lrn_forward.primitive_desc(emitter.engine(), kind, algorithm.lrn_across_channels, layout, layout,
        window(), alpha * window(), beta, k, emitter.attributes(), true);
  }

  @Override
  public void train(Emitter emitter, Tape tape) {
    Tensor given = images(emitter);
    lrn_forward.primitive_desc forward = Layouts.choose(emitter, given, emitter.type(),
        layout -> describe(emitter, prop_kind.forward_training, layout));
    Tensor x = emitter.in(given, forward.src_desc());
    Tensor y = emitter.allocate(x.desc());
    Map<Integer, Tensor> arguments = new HashMap<>(Map.of(DNNL_ARG_SRC, x, DNNL_ARG_DST, y));
    Map<Integer, Tensor> back = new HashMap<>(Map.of(DNNL_ARG_SRC, x));
    if (forward.workspace_desc().get_size() > 0) {
      Tensor powers = emitter.allocate(forward.workspace_desc());
      arguments.put(DNNL_ARG_WORKSPACE, powers);
      back.put(DNNL_ARG_WORKSPACE, powers);
    }
    emitter.run(forward, new lrn_forward(forward), arguments);
    emitter.give(output, y);
    tape.record(output, () -> {
      back.put(DNNL_ARG_DIFF_DST, emitter.in(tape.take(output), x.desc()));
      lrn_backward.primitive_desc backward = new lrn_backward.primitive_desc(emitter.engine(),
          algorithm.lrn_across_channels, x.desc(), x.desc(), x.desc(), window(), alpha * window(), beta, k, forward,
          emitter.attributes(), false);
      tape.give(input, x.desc(), dx -> {
        back.put(DNNL_ARG_DIFF_SRC, dx);
        emitter.run(backward, new lrn_backward(backward), back);
      });
    });
  }

  @Override
  public boolean keepsOutput() {
    return false;
  }
}
