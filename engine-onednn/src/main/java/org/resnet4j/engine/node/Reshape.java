package org.resnet4j.engine.node;

import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import org.bytedeco.dnnl.memory;
import org.resnet4j.engine.plan.Emitter;
import org.resnet4j.engine.plan.Tape;
import org.resnet4j.engine.plan.Tensor;
import org.resnet4j.engine.plan.Value;

/**
 * The same elements in the same order (row by row), with other axes.
 *
 * @param shape the output's from the input's; one size may be -1, which follows from the others; null where the input
 *     has another shape than is expected
 * @param expected what is expected
 */
public record Reshape(Value input, Value output, UnaryOperator<long[]> shape, String expected) implements Unary {
  /** Of inputs of any shape. */
  public Reshape(Value input, Value output, UnaryOperator<long[]> shape) {
    this(input, output, shape, "another shape");
  }

  @Override
  public void forward(Emitter emitter) {
    Tensor x = emitter.tensor(input);
    long[] given = shape.apply(x.shape());
    if (given == null) {
      throw emitter.wrong(expected, x);
    }
    long[] wanted = given.clone();
    long count = product(x.shape());
    long known = -product(wanted);
    if (known >= 0) {
      if (known == 0 || count % known != 0) {
        throw emitter.wrong("elements for the shape " + Arrays.toString(wanted), x);
      }
      for (int axis = 0; axis < wanted.length; axis++) {
        wanted[axis] = wanted[axis] == -1 ? count / known : wanted[axis];
      }
    }
    if (product(wanted) != count) {
      throw emitter.wrong("as many elements as the shape " + Arrays.toString(wanted) + " has", x);
    }
    emitter.give(output, reshaped(emitter, x, wanted));
  }

  @Override
  public void train(Emitter emitter, Tape tape) {
    forward(emitter);
    long[] from = emitter.tensor(input).shape();
    tape.record(output, () -> tape.share(List.of(input), reshaped(emitter, tape.take(output), from)));
  }

  private static long product(long[] sizes) {
    return Arrays.stream(sizes).reduce(1, (a, b) -> a * b);
  }

  /** Seen in another way where the layout allows that, else from a copy. */
  static Tensor reshaped(Emitter emitter, Tensor x, long[] shape) {
    if (Arrays.equals(x.shape(), shape)) {
      return x;
    }
    memory.desc seen = x.desc().reshape(shape, true);
    if (seen.get(true) != null) {
      return x.as(seen);
    }
    Tensor plain = emitter.plain(x);
    return plain.as(plain.desc().reshape(shape));
  }
}
