package org.resnet4j.engine.node;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.dnnl.memory;
import org.resnet4j.engine.plan.Emitter;
import org.resnet4j.engine.plan.Node;
import org.resnet4j.engine.plan.Tensor;
import org.resnet4j.engine.plan.Value;

/**
 * Positions of one axis in a given order, also repeated ones.
 *
 * @param axis counted from behind where negative
 */
public record Selection(Value input, Value output, int axis, List<Integer> positions) implements Node {
  public Selection {
    positions = List.copyOf(positions);
  }

  @Override
  public List<Value> inputs() {
    return List.of(input);
  }

  @Override
  public void forward(Emitter emitter) {
    Tensor x = emitter.tensor(input);
    int along = axis < 0 ? axis + x.rank() : axis;
    int last = positions.stream().mapToInt(Integer::intValue).max().orElse(0);
    if (along < 0 || along >= x.rank() || x.size(along) <= last) {
      throw emitter.wrong("more than " + last + " positions on axis " + axis, x);
    }
    emitter.give(output, taken(emitter, x, along, runs()));
  }

  /** Positions that follow each other. */
  private List<Run> runs() {
    List<Run> runs = new ArrayList<>();
    int start = 0;
    for (int i = 1; i <= positions.size(); i++) {
      if (i == positions.size() || positions.get(i) != positions.get(i - 1) + 1) {
        runs.add(new Run(positions.get(start), i - start));
        start = i;
      }
    }
    return runs;
  }

  /**
   * Neighbouring positions.
   *
   * @param from the first one
   * @param count how many
   */
  record Run(long from, long count) {}

  /** One run behind the other, a copy. */
  static Tensor taken(Emitter emitter, Tensor x, int axis, List<Run> runs) {
    // A block of channels can't be cut.
    Tensor whole = Layouts.blocked(x.desc()) ? emitter.in(x, emitter.dense(x.shape())) : x;
    long[] shape = x.shape();
    shape[axis] = runs.stream().mapToLong(Run::count).sum();
    memory.desc desc = Layouts.like(whole.desc(), shape, x.type());
    Tensor y = emitter.allocate(desc);
    long[] from = new long[shape.length];
    long[] to = new long[shape.length];
    for (Run run : runs) {
      long[] size = shape.clone();
      size[axis] = run.count;
      from[axis] = run.from;
      emitter.copy(whole.as(whole.desc().submemory_desc(size, from)), y.as(desc.submemory_desc(size, to)));
      to[axis] += run.count;
    }
    return y;
  }
}
