package org.resnet4j.engine.node;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC_0;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC_1;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.bytedeco.dnnl.binary;
import org.bytedeco.dnnl.global.dnnl.algorithm;
import org.bytedeco.dnnl.post_ops;
import org.bytedeco.dnnl.primitive_attr;
import org.resnet4j.engine.plan.Emitter;
import org.resnet4j.engine.plan.Node;
import org.resnet4j.engine.plan.Tape;
import org.resnet4j.engine.plan.Tensor;
import org.resnet4j.engine.plan.Value;

/** Two arrays combined element by element, then an activation. An axis of size 1 counts for all positions. */
public record Combination(Kind kind, Value left, Value right, Value output, Ranks ranks, List<Eltwise> activation)
    implements Node {
  /** What is computed from two elements. */
  public enum Kind {
    ADD(algorithm.binary_add), SUBTRACT(algorithm.binary_sub), MULTIPLY(algorithm.binary_mul),
    DIVIDE(algorithm.binary_div), MAXIMUM(algorithm.binary_max), MINIMUM(algorithm.binary_min),
    /** 1 where the left is greater, else 0. */
    GREATER(algorithm.binary_gt),
    /** 1 where the left is at least the right, else 0. */
    AT_LEAST(algorithm.binary_ge);

    final algorithm function;

    Kind(algorithm function) {
      this.function = function;
    }

    boolean commutes() {
      return this != SUBTRACT && this != DIVIDE && this != GREATER && this != AT_LEAST;
    }
  }

  /** What becomes of arrays with different numbers of axes. */
  public enum Ranks {
    /** They are refused. */
    EQUAL,
    /** The one with fewer gets axes of size 1 behind the first. */
    ALIGNED
  }

  public Combination {
    activation = List.copyOf(activation);
  }

  @Override
  public List<Value> inputs() {
    return List.of(left, right);
  }

  Combination then(List<Eltwise> activation, Value output) {
    return new Combination(kind, left, right, output, ranks, activation);
  }

  @Override
  public void forward(Emitter emitter) {
    Tensor a = emitter.tensor(left);
    Tensor b = emitter.tensor(right);
    int rank = Math.max(a.rank(), b.rank());
    if (ranks == Ranks.EQUAL && a.rank() != b.rank()) {
      throw emitter.wrong("an array of " + a.rank() + " axes", b);
    }
    a = Align.aligned(emitter, a, rank);
    b = Align.aligned(emitter, b, rank);
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
    Binary binary = new Binary(emitter, kind.function, emitter.type(output), activation, Binary.Target.FIRST);
    emitter.give(output, binary.of(full(emitter, a, b, shape), b));
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
    Tensor second = emitter.in(b, a.desc());
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

  /** Repeated along the axes of size 1, which the primitive's first source can't be: added to zeros. */
  static Tensor full(Emitter emitter, Tensor x, Tensor other, long[] shape) {
    if (Arrays.equals(x.shape(), shape)) {
      return x;
    }
    Tensor zeros = emitter.allocate(Layouts.like(other.desc(), shape, x.type()));
    emitter.clear(zeros);
    return new Binary(emitter, algorithm.binary_add, x.type(), List.of(), Binary.Target.FIRST).of(zeros, x);
  }
}
