package org.resnet4j.engine.node;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC_0;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC_1;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.bytedeco.dnnl.binary;
import org.bytedeco.dnnl.eltwise_backward;
import org.bytedeco.dnnl.eltwise_forward;
import org.bytedeco.dnnl.global.dnnl.algorithm;
import org.bytedeco.dnnl.global.dnnl.prop_kind;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.post_ops;
import org.bytedeco.dnnl.primitive_attr;
import org.resnet4j.engine.plan.Emitter;
import org.resnet4j.engine.plan.Tape;
import org.resnet4j.engine.plan.Tensor;
import org.resnet4j.engine.plan.Value;

/** Functions of each element, one after the other; at least one. */
public record Elementwise(Value input, Value output, List<Eltwise> functions) implements Unary {
  public Elementwise {
    functions = List.copyOf(functions);
  }

  @Override
  public void forward(Emitter emitter) {
    emitter.give(output, applied(emitter, emitter.tensor(input), emitter.type(output), functions));
  }

  /** Functions of a tensor's elements, in the tensor's own place where nobody else needs it. */
  static Tensor applied(Emitter emitter, Tensor x, memory.data_type type, List<Eltwise> functions) {
    if (functions.size() == 1) {
      eltwise_forward.primitive_desc description =
          describe(emitter, functions.get(0), x.desc(), Layouts.like(x.desc(), x.shape(), type));
      if (Layouts.exists(description) && !Layouts.reference(description)) {
        Tensor y = emitter.over(x, description.dst_desc());
        emitter.run(description, new eltwise_forward(description), Map.of(DNNL_ARG_SRC, x, DNNL_ARG_DST, y));
        return y;
      }
    }
    return chained(emitter, x, type, functions);
  }

  private static eltwise_forward.primitive_desc describe(Emitter emitter, Eltwise function, memory.desc source,
      memory.desc target) {
    return new eltwise_forward.primitive_desc(emitter.engine(), prop_kind.forward_inference, function.algorithm(),
        source, target, function.alpha(), function.beta(), emitter.attributes(), true);
  }

  /** Behind max(x, x), which is x: unlike the primitive of one function, the one of two arrays has others behind it. */
  private static Tensor chained(Emitter emitter, Tensor x, memory.data_type type, List<Eltwise> functions) {
    primitive_attr attributes = emitter.attributes();
    attributes.set_post_ops(Eltwise.append(new post_ops(), functions));
    binary.primitive_desc description = Layouts.choose(emitter, Layouts.of(x, type),
        layout -> new binary.primitive_desc(emitter.engine(), algorithm.binary_max, layout, layout,
            Layouts.like(layout, x.shape(), type), attributes, true));
    Tensor source = emitter.in(x, description.src0_desc());
    Tensor y = emitter.over(source, description.dst_desc());
    emitter.run(description, new binary(description),
        Map.of(DNNL_ARG_SRC_0, source, DNNL_ARG_SRC_1, source, DNNL_ARG_DST, y));
    return y;
  }

  @Override
  public void train(Emitter emitter, Tape tape) {
    List<Tensor> passed = new ArrayList<>(List.of(emitter.tensor(input)));
    for (Eltwise function : functions) {
      passed.add(applied(emitter, function, passed.get(passed.size() - 1)));
    }
    emitter.give(output, passed.get(passed.size() - 1));
    tape.record(output, () -> {
      Tensor gradient = emitter.in(tape.take(output), passed.get(0).desc());
      for (int i = functions.size() - 1; i >= 0; i--) {
        gradient = backward(emitter, tape, functions.get(i), passed.get(i), passed.get(i + 1), gradient);
      }
      tape.put(input, gradient);
    });
  }

  /** A function of a tensor in training, in a new place. */
  static Tensor applied(Emitter emitter, Eltwise function, Tensor x) {
    eltwise_forward.primitive_desc description = hint(emitter, function, x);
    Tensor y = emitter.allocate(x.desc());
    emitter.run(description, new eltwise_forward(description), Map.of(DNNL_ARG_SRC, x, DNNL_ARG_DST, y));
    return y;
  }

  private static eltwise_forward.primitive_desc hint(Emitter emitter, Eltwise function, Tensor x) {
    return new eltwise_forward.primitive_desc(emitter.engine(), prop_kind.forward_training, function.forTraining(),
        x.desc(), x.desc(), function.alpha(), function.beta(), emitter.attributes(), false);
  }

  /**
   * A function's gradient from its input's or output's values, whichever it is made from; in the place of the gradient
   * given if nobody else has that.
   */
  static Tensor backward(Emitter emitter, Tape tape, Eltwise function, Tensor x, Tensor y, Tensor dy) {
    Tensor values = function.usesOutput() ? y : x;
    eltwise_backward.primitive_desc description = new eltwise_backward.primitive_desc(emitter.engine(),
        function.forTraining(), dy.desc(), dy.desc(), values.desc(), function.alpha(), function.beta(),
        hint(emitter, function, values), emitter.attributes(), false);
    Tensor dx = tape.owns(dy) ? dy : emitter.allocate(dy.desc());
    emitter.run(description, new eltwise_backward(description), Map.of(
        function.usesOutput() ? DNNL_ARG_DST : DNNL_ARG_SRC, values, DNNL_ARG_DIFF_DST, dy, DNNL_ARG_DIFF_SRC, dx));
    return dx;
  }
}
