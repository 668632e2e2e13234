package org.resnet4j.engine.node;

import java.util.Arrays;
import java.util.List;
import org.bytedeco.dnnl.global.dnnl.algorithm;
import org.resnet4j.engine.plan.Emitter;
import org.resnet4j.engine.plan.Node;
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

    private final algorithm function;

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
    Binary binary = new Binary(emitter, kind.function, emitter.type(output), activation);
    emitter.give(output, binary.of(full(emitter, a, b, shape), b));
  }

  /** Repeated along the axes of size 1, which the primitive's first source can't be: added to zeros. */
  private static Tensor full(Emitter emitter, Tensor x, Tensor other, long[] shape) {
    if (Arrays.equals(x.shape(), shape)) {
      return x;
    }
    Tensor zeros = emitter.allocate(Layouts.like(other.desc(), shape, x.type()));
    emitter.clear(zeros);
    return new Binary(emitter, algorithm.binary_add, x.type(), List.of()).of(zeros, x);
  }
}
