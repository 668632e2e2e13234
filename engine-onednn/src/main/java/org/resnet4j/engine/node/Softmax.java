package org.resnet4j.engine.node;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;

import java.util.Map;
import org.bytedeco.dnnl.global.dnnl.algorithm;
import org.bytedeco.dnnl.global.dnnl.prop_kind;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.softmax_backward;
import org.bytedeco.dnnl.softmax_forward;
import org.resnet4j.engine.plan.Emitter;
import org.resnet4j.engine.plan.Tape;
import org.resnet4j.engine.plan.Tensor;
import org.resnet4j.engine.plan.Value;

/**
 * Softmax along an axis.
 *
 * @param axis counted from behind where negative
 * @param logarithm whether the logarithm of softmax is meant
 */
public record Softmax(Value input, Value output, int axis, boolean logarithm) implements Unary {
  @Override
  public void forward(Emitter emitter) {
    Tensor x = emitter.tensor(input);
    int along = axis < 0 ? axis + x.rank() : axis;
    if (along < 0 || along >= x.rank()) {
      throw emitter.wrong("an array with axis " + axis, x);
    }
    memory.data_type type = emitter.type(output);
    softmax_forward.primitive_desc description = Layouts.choose(emitter, Layouts.of(x, type),
        layout -> new softmax_forward.primitive_desc(emitter.engine(), prop_kind.forward_inference,
            logarithm ? algorithm.softmax_log : algorithm.softmax_accurate, layout,
            Layouts.like(layout, x.shape(), type), along, emitter.attributes(), true));
    Tensor source = emitter.in(x, description.src_desc());
    Tensor y = emitter.over(source, description.dst_desc());
    emitter.run(description, new softmax_forward(description), Map.of(DNNL_ARG_SRC, source, DNNL_ARG_DST, y));
    emitter.give(output, y);
  }

  @Override
  public void train(Emitter emitter, Tape tape) {
    forward(emitter);
    Tensor y = emitter.tensor(output);
    tape.record(output, () -> {
      Tensor dy = emitter.in(tape.take(output), y.desc());
      algorithm function = logarithm ? algorithm.softmax_log : algorithm.softmax_accurate;
      int along = axis < 0 ? axis + y.rank() : axis;
      softmax_forward.primitive_desc hint = new softmax_forward.primitive_desc(emitter.engine(),
          prop_kind.forward_training, function, y.desc(), y.desc(), along, emitter.attributes(), false);
      softmax_backward.primitive_desc description = new softmax_backward.primitive_desc(emitter.engine(), function,
          y.desc(), y.desc(), y.desc(), along, hint, emitter.attributes(), false);
      tape.give(input, y.desc(), dx -> emitter.run(description, new softmax_backward(description),
          Map.of(DNNL_ARG_DST, y, DNNL_ARG_DIFF_DST, dy, DNNL_ARG_DIFF_SRC, dx)));
    });
  }
}
