package org.resnet4j.engine.node;

import java.util.Arrays;
import java.util.List;
import org.resnet4j.engine.plan.Emitter;
import org.resnet4j.engine.plan.Tape;
import org.resnet4j.engine.plan.Tensor;
import org.resnet4j.engine.plan.Value;

/** An array with axes of size 1 added behind the first until it has a number of axes. */
public record Align(Value input, Value output, int rank) implements Unary {
  @Override
  public void forward(Emitter emitter) {
    Tensor x = emitter.tensor(input);
    if (x.rank() == 0 || x.rank() > rank) {
      throw emitter.wrong("an array of at most " + rank + " axes", x);
    }
    emitter.give(output, aligned(emitter, x, rank));
  }

  static Tensor aligned(Emitter emitter, Tensor x, int rank) {
    if (x.rank() == rank) {
      return x;
    }
    return Reshape.reshaped(emitter, x, shape(x, rank));
  }

  static long[] shape(Tensor x, int rank) {
    long[] shape = new long[rank];
    Arrays.fill(shape, 1);
    shape[0] = x.size(0);
    System.arraycopy(x.shape(), 1, shape, rank - x.rank() + 1, x.rank() - 1);
    return shape;
  }

  @Override
  public void train(Emitter emitter, Tape tape) {
    forward(emitter);
    long[] from = emitter.tensor(input).shape();
    tape.record(output, () -> tape.share(List.of(input), Reshape.reshaped(emitter, tape.take(output), from)));
  }
}
