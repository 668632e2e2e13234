package org.resnet4j.engine.node;

import java.util.Arrays;
import java.util.List;
import org.bytedeco.dnnl.memory;
import org.resnet4j.engine.plan.Emitter;
import org.resnet4j.engine.plan.Tape;
import org.resnet4j.engine.plan.Tensor;
import org.resnet4j.engine.plan.Value;

/**
 * Zeros added around an array, or (negative) borders cut off.
 *
 * @param before on each of the input's axes
 * @param after the same
 */
public record Borders(Value input, Value output, List<Integer> before, List<Integer> after) implements Unary {
  public Borders {
    before = List.copyOf(before);
    after = List.copyOf(after);
  }

  boolean onlyAdds() {
    return before.stream().allMatch(count -> count >= 0) && after.stream().allMatch(count -> count >= 0);
  }

  @Override
  public void forward(Emitter emitter) {
    emitter.give(output, bordered(emitter, emitter.tensor(input), before, after));
  }

  private static Tensor bordered(Emitter emitter, Tensor x, List<Integer> before, List<Integer> after) {
    int rank = x.rank();
    if (rank != before.size()) {
      throw emitter.wrong("an array of " + before.size() + " axes", x);
    }
    long[] shape = new long[rank];
    long[] kept = new long[rank];
    long[] from = new long[rank];
    long[] to = new long[rank];
    boolean grows = false;
    for (int axis = 0; axis < rank; axis++) {
      from[axis] = Math.max(-before.get(axis), 0);
      to[axis] = Math.max(before.get(axis), 0);
      kept[axis] = x.size(axis) - from[axis] - Math.max(-after.get(axis), 0);
      shape[axis] = kept[axis] + to[axis] + Math.max(after.get(axis), 0);
      grows |= shape[axis] != kept[axis];
      if (kept[axis] <= 0) {
        throw emitter.wrong("more than the borders that are cut off, " + before + " and " + after, x);
      }
    }
    Tensor source = Arrays.equals(kept, x.shape()) ? x : cut(emitter, x, kept, from);
    if (!grows) {
      return source;
    }
    return amidZeros(emitter, source, shape, to);
  }

  @Override
  public void train(Emitter emitter, Tape tape) {
    forward(emitter);
    tape.record(output, () -> {
      List<Integer> back = before.stream().map(count -> -count).toList();
      List<Integer> behind = after.stream().map(count -> -count).toList();
      tape.share(List.of(input), bordered(emitter, tape.take(output), back, behind));
    });
  }

  /** The array at a place of a larger one of zeros. */
  static Tensor amidZeros(Emitter emitter, Tensor x, long[] shape, long[] place) {
    // Blocks can't be parted.
    boolean other = Layouts.blocked(x.desc()) && x.size(1) != shape[1];
    memory.desc desc = other ? emitter.dense(shape) : Layouts.like(x.desc(), shape, x.type());
    Tensor y = emitter.allocate(desc);
    emitter.clear(y);
    emitter.copy(x, y.as(desc.submemory_desc(x.shape(), place)));
    return y;
  }

  /** A part, a copy. */
  static Tensor cut(Emitter emitter, Tensor x, long[] kept, long[] from) {
    Tensor whole = Layouts.blocked(x.desc()) && x.size(1) != kept[1] ? emitter.in(x, emitter.dense(x.shape())) : x;
    // A copy: not every kernel takes a part of an array.
    Tensor part = whole.as(whole.desc().submemory_desc(kept, from));
    return emitter.in(part, Layouts.like(whole.desc(), kept, x.type()));
  }
}
