package org.resnet4j.engine.node;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_ATTR_MULTIPLE_POST_OP_BASE;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC_0;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC_1;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.bytedeco.dnnl.binary;
import org.bytedeco.dnnl.global.dnnl.algorithm;
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
 * activation(input * scale + shift) per channel, as batch normalisation is in inference.
 *
 * @param scale [C]
 * @param shift [C]
 * @param axis of the channels, counted from behind where negative
 */
public record Affine(Value input, Value output, Constant scale, Constant shift, int axis, List<Eltwise> activation)
    implements Unary {
  public Affine {
    activation = List.copyOf(activation);
  }

  @Override
  public List<Constant> constants() {
    return List.of(scale, shift);
  }

  Affine then(List<Eltwise> activation, Value output) {
    return new Affine(input, output, scale, shift, axis, activation);
  }

  @Override
  public void forward(Emitter emitter) {
    Tensor x = emitter.tensor(input);
    int place = axis < 0 ? axis + x.rank() : axis;
    if (place < 1 || x.rank() <= place || x.size(place) != scale.length()) {
      throw emitter.wrong(scale.length() + " channels on axis " + place, x);
    }
    // Channels as the second axis: oneDNN 3.11 shifts others wrong in some layouts.
    List<Integer> order = new ArrayList<>(IntStream.range(0, x.rank()).boxed().toList());
    order.add(1, order.remove(place));
    Tensor y = scaled(emitter, Layouts.ordinary(emitter, Permute.permuted(x, order)));
    emitter.give(output, Permute.permuted(y, IntStream.range(0, x.rank()).mapToObj(order::indexOf).toList()));
  }

  /** Of channels on axis 1. */
  private Tensor scaled(Emitter emitter, Tensor x) {
    long[] vectors = {x.size(0), x.size(1)};
    if (x.rank() > 2 && x.size(0) * x.size(1) == Layouts.count(x)) {
      // Of images of one pixel oneDNN 3.11 shifts all channels by the first one's number.
      Tensor y = scaled(emitter, emitter.plain(Reshape.reshaped(emitter, x, vectors)));
      return Reshape.reshaped(emitter, y, x.shape());
    }
    long[] shape = new long[x.rank()];
    Arrays.fill(shape, 1);
    shape[1] = scale.length();
    memory.desc plain = Descs.plain(shape, Emitter.f32());
    primitive_attr attributes = emitter.attributes();
    post_ops after = new post_ops();
    after.append_binary(algorithm.binary_add, plain);
    attributes.set_post_ops(Eltwise.append(after, activation));
    memory.data_type type = emitter.type(output);
    binary.primitive_desc description = Layouts.choose(emitter, Layouts.of(x, type),
        layout -> new binary.primitive_desc(emitter.engine(), algorithm.binary_mul, layout,
            Layouts.like(layout, shape, Emitter.f32()), Layouts.like(layout, x.shape(), type), attributes, true));
    Tensor source = emitter.in(x, description.src0_desc());
    Tensor y = emitter.over(source, description.dst_desc());
    emitter.run(description, new binary(description), Map.of(DNNL_ARG_SRC_0, source, DNNL_ARG_SRC_1,
        emitter.constant(scale, description.src1_desc()), DNNL_ARG_ATTR_MULTIPLE_POST_OP_BASE | DNNL_ARG_SRC_1,
        emitter.constant(shift, plain), DNNL_ARG_DST, y));
    return y;
  }

  /** The gradient of the input alone: scale and shift are made from parameters that stay as they are. */
  @Override
  public void train(Emitter emitter, Tape tape) {
    if (scale.isTrained() || shift.isTrained()) {
      throw new IllegalStateException("vertex " + emitter.node() + ": a scale that trains is RunningNorm's");
    }
    new Affine(input, output, scale, shift, axis, List.of()).forward(emitter);
    Tensor x = emitter.tensor(input);
    tape.record(output, () -> {
      Tensor dy = Layouts.ordinary(emitter, tape.take(output));
      long[] shape = new long[x.rank()];
      Arrays.fill(shape, 1);
      shape[axis < 0 ? axis + x.rank() : axis] = scale.length();
      memory.desc channels = Descs.plain(shape, Emitter.f32());
      binary.primitive_desc description = new binary.primitive_desc(emitter.engine(), algorithm.binary_mul, dy.desc(),
          channels, dy.desc(), emitter.attributes(), false);
      Tensor dx = tape.owns(dy) ? dy : emitter.allocate(dy.desc());
      emitter.run(description, new binary(description), Map.of(DNNL_ARG_SRC_0, dy, DNNL_ARG_SRC_1,
          emitter.constant(scale, channels), DNNL_ARG_DST, dx));
      tape.put(input, dx);
    });
  }

  @Override
  public boolean keepsOutput() {
    return false;
  }
}
