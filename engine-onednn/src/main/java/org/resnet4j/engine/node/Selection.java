package org.resnet4j.engine.node;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.post_ops;
import org.bytedeco.dnnl.primitive_attr;
import org.bytedeco.dnnl.reorder;
import org.resnet4j.engine.plan.Emitter;
import org.resnet4j.engine.plan.Tape;
import org.resnet4j.engine.plan.Tensor;
import org.resnet4j.engine.plan.Value;

/**
 * Positions of one axis in a given order, also repeated ones.
 *
 * @param axis counted from behind where negative
 */
public record Selection(Value input, Value output, int axis, List<Integer> positions) implements Unary {
  public Selection {
    positions = List.copyOf(positions);
  }

  private int along(Tensor x) {
    return axis < 0 ? axis + x.rank() : axis;
  }

  @Override
  public void forward(Emitter emitter) {
    Tensor x = emitter.tensor(input);
    int along = along(x);
    int last = positions.stream().mapToInt(Integer::intValue).max().orElse(0);
    if (along < 0 || along >= x.rank() || x.size(along) <= last) {
      throw emitter.wrong("more than " + last + " positions on axis " + axis, x);
    }
    emitter.give(output, taken(emitter, x, along, runs()));
  }

  @Override
  public void train(Emitter emitter, Tape tape) {
    forward(emitter);
    Tensor x = emitter.tensor(input);
    tape.record(output, () ->
        tape.put(input, returned(emitter, tape.take(output), x.shape(), along(x), runs())));
  }

  @Override
  public boolean keepsOutput() {
    return false;
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

  /** Each run added to the place that it was taken from, and zeros elsewhere. */
  static Tensor returned(Emitter emitter, Tensor dy, long[] shape, int axis, List<Run> runs) {
    Tensor whole = Layouts.blocked(dy.desc()) ? emitter.in(dy, emitter.dense(dy.shape())) : dy;
    memory.desc desc = Layouts.like(whole.desc(), shape, dy.type());
    Tensor dx = emitter.allocate(desc);
    emitter.clear(dx);
    long[] from = new long[shape.length];
    long[] to = new long[shape.length];
    for (Run run : runs) {
      long[] size = shape.clone();
      size[axis] = run.count;
      to[axis] = run.from;
      add(emitter, whole.as(whole.desc().submemory_desc(size, from)), dx.as(desc.submemory_desc(size, to)));
      from[axis] += run.count;
    }
    return dx;
  }

  private static void add(Emitter emitter, Tensor from, Tensor to) {
    post_ops sum = new post_ops();
    sum.append_sum();
    primitive_attr attributes = emitter.attributes();
    attributes.set_post_ops(sum);
    reorder.primitive_desc description = new reorder.primitive_desc(emitter.engine(), from.desc(), emitter.engine(),
        to.desc(), attributes, false);
    emitter.run(description, new reorder(description), Map.of(DNNL_ARG_SRC, from, DNNL_ARG_DST, to));
  }
}
