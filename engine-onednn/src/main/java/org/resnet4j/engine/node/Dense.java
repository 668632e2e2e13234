package org.resnet4j.engine.node;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_BIAS;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_BIAS;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_WEIGHTS;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WEIGHTS;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.dnnl.global.dnnl.prop_kind;
import org.bytedeco.dnnl.inner_product_backward_data;
import org.bytedeco.dnnl.inner_product_backward_weights;
import org.bytedeco.dnnl.inner_product_forward;
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
 * A dense layer of [N, C].
 *
 * @param weight [C', C]
 * @param bias [C'], or null
 */
public record Dense(Value input, Value output, Constant weight, Constant bias, long features, List<Eltwise> activation)
    implements Unary {
  public Dense {
    activation = List.copyOf(activation);
  }

  @Override
  public List<Constant> constants() {
    return bias == null ? List.of(weight) : List.of(weight, bias);
  }

  Dense then(List<Eltwise> activation, Value output) {
    return new Dense(input, output, weight, bias, features, activation);
  }

  @Override
  public void forward(Emitter emitter) {
    Tensor x = emitter.tensor(input);
    long width = weight.length() / features;
    if (x.rank() != 2 || x.size(1) != width) {
      throw emitter.wrong("vectors [N, " + width + "]", x);
    }
    memory.desc source = Descs.plain(x.shape(), emitter.type());
    memory.desc weights = Descs.any(new long[] {features, width}, emitter.type());
    // Sums are in float32, and what follows (softmax, mostly) wants them so; the array is small.
    memory.desc target = Descs.plain(new long[] {x.size(0), features}, Emitter.f32());
    primitive_attr attributes = emitter.attributes();
    attributes.set_post_ops(Eltwise.append(new post_ops(), activation));
    inner_product_forward.primitive_desc description = bias == null
        ? new inner_product_forward.primitive_desc(emitter.engine(), prop_kind.forward_inference, source, weights,
            target, attributes, false)
        : new inner_product_forward.primitive_desc(emitter.engine(), prop_kind.forward_inference, source, weights,
            new memory.desc(new long[] {features}, Emitter.f32(), memory.format_tag.x), target, attributes, false);
    Map<Integer, Tensor> arguments = new HashMap<>();
    arguments.put(DNNL_ARG_SRC, emitter.in(x, source));
    arguments.put(DNNL_ARG_WEIGHTS, emitter.constant(weight, description.weights_desc()));
    if (bias != null) {
      arguments.put(DNNL_ARG_BIAS, emitter.constant(bias, description.bias_desc()));
    }
    Tensor y = emitter.allocate(target);
    arguments.put(DNNL_ARG_DST, y);
    emitter.run(description, new inner_product_forward(description), arguments);
    emitter.give(output, y);
  }

  @Override
  public boolean keepsOutput() {
    return false;
  }

  @Override
  public void train(Emitter emitter, Tape tape) {
    forward(emitter);
    memory.desc source = Descs.plain(emitter.tensor(input).shape(), emitter.type());
    // The one that forward has used.
    Tensor x = emitter.in(emitter.tensor(input), source);
    tape.record(output, () -> {
      memory.desc given = Descs.plain(emitter.tensor(output).shape(), emitter.type());
      Tensor dy = emitter.in(tape.take(output), given);
      memory.desc weights = Descs.any(new long[] {features, source.get_dims().get(1)}, emitter.type());
      inner_product_forward.primitive_desc hint = new inner_product_forward.primitive_desc(emitter.engine(),
          prop_kind.forward_training, source, weights, given, emitter.attributes(), false);
      if (tape.wants(input)) {
        inner_product_backward_data.primitive_desc description = new inner_product_backward_data.primitive_desc(
            emitter.engine(), source, weights, given, hint, emitter.attributes(), false);
        tape.give(input, source, dx -> emitter.run(description, new inner_product_backward_data(description),
            Map.of(DNNL_ARG_DIFF_DST, dy, DNNL_ARG_WEIGHTS, emitter.constant(weight, description.weights_desc()),
                DNNL_ARG_DIFF_SRC, dx)));
      }
      if (weight.isTrained()) {
        weightGradients(emitter, tape, x, dy, hint);
      }
    });
  }

  private void weightGradients(Emitter emitter, Tape tape, Tensor x, Tensor dy,
      inner_product_forward.primitive_desc hint) {
    memory.desc weights = Descs.any(new long[] {features, x.size(1)}, Emitter.f32());
    memory.desc biases = new memory.desc(new long[] {features}, Emitter.f32(), memory.format_tag.x);
    inner_product_backward_weights.primitive_desc description = bias == null
        ? new inner_product_backward_weights.primitive_desc(emitter.engine(), x.desc(), weights, dy.desc(), hint,
            emitter.attributes(), false)
        : new inner_product_backward_weights.primitive_desc(emitter.engine(), x.desc(), weights, biases, dy.desc(),
            hint, emitter.attributes(), false);
    tape.parameters(weight, description.diff_weights_desc(), bias, biases, (dWeight, dBias) -> {
      Map<Integer, Tensor> arguments =
          new HashMap<>(Map.of(DNNL_ARG_SRC, x, DNNL_ARG_DIFF_DST, dy, DNNL_ARG_DIFF_WEIGHTS, dWeight));
      if (dBias != null) {
        arguments.put(DNNL_ARG_DIFF_BIAS, dBias);
      }
      emitter.run(description, new inner_product_backward_weights(description), arguments);
    });
  }
}
