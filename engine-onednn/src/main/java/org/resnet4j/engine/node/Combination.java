package org.resnet4j.engine.node;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC_0;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC_1;

import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.bytedeco.dnnl.binary;
import org.bytedeco.dnnl.global.dnnl.algorithm;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.post_ops;
import org.bytedeco.dnnl.primitive_attr;
import org.resnet4j.engine.plan.Descs;
import org.resnet4j.engine.plan.Emitter;
import org.resnet4j.engine.plan.Node;
import org.resnet4j.engine.plan.Tape;
import org.resnet4j.engine.plan.Tensor;
import org.resnet4j.engine.plan.Value;

/**
 * Two arrays combined element by element, then an activation. An axis of size 1 counts for all positions; an array with
 * fewer axes gets axes of size 1 behind the first.
 */
public record Combination(Kind kind, Value left, Value right, Value output, List<Eltwise> activation)
    implements Node {
  /** What is computed from two elements. */
  public enum Kind {
    ADD(algorithm.binary_add), SUBTRACT(algorithm.binary_sub), MULTIPLY(algorithm.binary_mul),
    DIVIDE(algorithm.binary_div), MAXIMUM(algorithm.binary_max), MINIMUM(algorithm.binary_min),
    /** 1 where the left is greater, else 0. */
    GREATER(algorithm.binary_gt);

    final algorithm function;

    Kind(algorithm function) {
      this.function = function;
    }

    boolean commutes() {
      return this != SUBTRACT && this != DIVIDE && this != GREATER;
    }
  }

  public Combination {
    activation = List.copyOf(activation);
  }

  @Override
  public List<Value> inputs() {
    return List.of(left, right);
  }

  Combination then(List<Eltwise> activation, Value output) {
    return new Combination(kind, left, right, output, activation);
  }

  @Override
  public void forward(Emitter emitter) {
    Tensor a = emitter.tensor(left);
    Tensor b = emitter.tensor(right);
    int rank = Math.max(a.rank(), b.rank());
    a = ranked(emitter, a, rank);
    b = ranked(emitter, b, rank);
    long[] shape = new long[rank];
    for (int axis = 0; axis < rank; axis++) {
      if (a.size(axis) != b.size(axis) && a.size(axis) != 1 && b.size(axis) != 1) {
        throw emitter.wrong("a shape that goes with " + Arrays.toString(a.shape()), b);
      }
      shape[axis] = Math.max(a.size(axis), b.size(axis));
    }
    if (!Arrays.equals(a.shape(), shape) && Arrays.equals(b.shape(), shape) && kind.commutes()) {
      Tensor swapped = a;
      a = b;
      b = swapped;
    }
    a = full(emitter, a, shape);
    memory.data_type type = emitter.type(output);
    primitive_attr attributes = emitter.attributes();
    attributes.set_post_ops(Eltwise.append(new post_ops(), activation));
    binary.primitive_desc description = new binary.primitive_desc(emitter.engine(), kind.function, a.desc(), b.desc(),
        a.type() == type ? a.desc() : Descs.any(shape, type), attributes, false);
    Tensor y = !a.shares(b) ? emitter.over(a, description.dst_desc())
        : emitter.allocate(description.dst_desc());
    emitter.run(description, new binary(description),
        Map.of(DNNL_ARG_SRC_0, a, DNNL_ARG_SRC_1, b, DNNL_ARG_DST, y));
    emitter.give(output, y);
  }

  @Override
  public boolean keepsOutput() {
    return !activation.isEmpty();
  }

  @Override
  public void train(Emitter emitter, Tape tape) {
    Tensor a = emitter.tensor(left);
    Tensor b = emitter.tensor(right);
    boolean plain = kind == Kind.ADD && Arrays.equals(a.shape(), b.shape());
    if (!plain) {
      new GeneralCombination(this, emitter, tape).emit();
      return;
    }
    Tensor second = b;
    if (a.type() != b.type()) {
      second = emitter.in(b, a.desc());
    }
    primitive_attr attributes = emitter.attributes();
    attributes.set_post_ops(Eltwise.append(new post_ops(), activation));
    binary.primitive_desc description = new binary.primitive_desc(emitter.engine(), kind.function, a.desc(),
        second.desc(), a.desc(), attributes, false);
    Tensor y = emitter.mayReplace(left) && !a.shares(b) ? a : emitter.allocate(a.desc());
    emitter.run(description, new binary(description),
        Map.of(DNNL_ARG_SRC_0, a, DNNL_ARG_SRC_1, second, DNNL_ARG_DST, y));
    emitter.give(output, y);
    tape.record(output, () -> {
      Tensor gradient = emitter.in(tape.take(output), y.desc());
      for (Eltwise function : activation) {
        gradient = Elementwise.backward(emitter, tape, function, null, y, gradient);
      }
      tape.share(List.of(left, right), gradient);
    });
  }

  /** With axes of size 1 behind the first. */
  static Tensor ranked(Emitter emitter, Tensor x, int rank) {
    return x.rank() == rank ? x : Reshape.reshaped(emitter, x, rankedShape(x, rank));
  }

  static long[] rankedShape(Tensor x, int rank) {
    long[] shape = new long[rank];
    Arrays.fill(shape, 1);
    shape[0] = x.size(0);
    System.arraycopy(x.shape(), 1, shape, rank - x.rank() + 1, x.rank() - 1);
    return shape;
  }

  /** Repeated along the axes of size 1, which the primitive's first source can't be. */
  static Tensor full(Emitter emitter, Tensor x, long[] shape) {
    if (Arrays.equals(x.shape(), shape)) {
      return x;
    }
    Tensor small = emitter.in(x, Descs.plain(x.shape(), Emitter.f32()));
    Tensor repeated = emitter.allocate(Descs.plain(shape, Emitter.f32()));
    long[] from = small.shape();
    emitter.call(List.of(small), repeated, (inputs, output) -> repeat(inputs.get(0), from, output, shape));
    return emitter.in(repeated, Descs.plain(shape, x.type()));
  }

  private static void repeat(FloatBuffer from, long[] small, FloatBuffer to, long[] shape) {
    long[] place = new long[shape.length];
    for (int i = 0; i < to.limit(); i++) {
      int index = 0;
      for (int axis = 0; axis < shape.length; axis++) {
        index = (int) (index * small[axis] + Math.min(place[axis], small[axis] - 1));
      }
      to.put(i, from.get(index));
      for (int axis = shape.length - 1; axis >= 0 && ++place[axis] == shape[axis]; axis--) {
        place[axis] = 0;
      }
    }
  }
}
