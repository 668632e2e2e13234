package org.resnet4j.engine.node;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;

import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.bytedeco.dnnl.global.dnnl.algorithm;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.reduction;
import org.resnet4j.engine.plan.Descs;
import org.resnet4j.engine.plan.Emitter;
import org.resnet4j.engine.plan.Node;
import org.resnet4j.engine.plan.Tape;
import org.resnet4j.engine.plan.Tensor;
import org.resnet4j.engine.plan.Value;

/**
 * One number from all along some axes, as global pooling takes it.
 *
 * @param axes that are gone in the output, or of size 1 where they are kept
 */
public record Reduction(Kind kind, Value input, Value output, List<Integer> axes, boolean keep) implements Node {
  /** What is taken. */
  public enum Kind {
    MEAN(algorithm.reduction_mean), MAXIMUM(algorithm.reduction_max), SUM(algorithm.reduction_sum);

    private final algorithm function;

    Kind(algorithm function) {
      this.function = function;
    }
  }

  public Reduction {
    axes = axes.stream().sorted().toList();
  }

  @Override
  public List<Value> inputs() {
    return List.of(input);
  }

  @Override
  public void forward(Emitter emitter) {
    Tensor x = emitter.tensor(input);
    if (axes.get(axes.size() - 1) >= x.rank()) {
      throw emitter.wrong("an array with axes " + axes, x);
    }
    long[] shape = x.shape();
    axes.forEach(axis -> shape[axis] = 1);
    Tensor y = images(x) ? pooled(emitter, x, shape) : reduced(emitter, x, shape);
    if (!keep) {
      y = Reshape.reshaped(emitter, y, kept(x));
    }
    emitter.give(output, y);
  }

  /** Whether a pool with a window of the image's size does it: those kernels are the faster ones. */
  private boolean images(Tensor x) {
    return x.rank() == 4 && axes.equals(List.of(2, 3)) && kind != Kind.SUM;
  }

  private static Window whole(Tensor x) {
    int[] ones = {1, 1};
    int[] zeros = {0, 0};
    return new Window(new int[] {(int) x.size(2), (int) x.size(3)}, ones, ones, false, zeros, zeros);
  }

  private Pool.Kind pool() {
    return kind == Kind.MEAN ? Pool.Kind.AVERAGE : Pool.Kind.MAXIMUM;
  }

  private Tensor pooled(Emitter emitter, Tensor x, long[] shape) {
    Window window = whole(x);
    return Pool.pooled(emitter, pool(), x, emitter.type(output), shape, window, window.on(x.size(2), x.size(3)));
  }

  @Override
  public void train(Emitter emitter, Tape tape) {
    Tensor x = emitter.tensor(input);
    long[] shape = x.shape();
    axes.forEach(axis -> shape[axis] = 1);
    if (images(x)) {
      Window window = whole(x);
      Tensor y = Pool.trained(emitter, tape, pool(), x, input, output, shape, window,
          window.on(x.size(2), x.size(3)));
      emitter.give(output, keep ? y : Reshape.reshaped(emitter, y, kept(x)));
      return;
    }
    if (kind == Kind.MAXIMUM) {
      throw new IllegalStateException("vertex " + emitter.node() + ": the gradient of a maximum along " + axes);
    }
    forward(emitter);
    double share = kind == Kind.MEAN ? axes.stream().mapToDouble(x::size).reduce(1, (a, b) -> a / b) : 1;
    tape.record(output, () -> {
      Tensor dy = tape.take(output);
      Tensor repeated = Combination.full(emitter, Reshape.reshaped(emitter, dy, shape), x.shape());
      tape.put(input, share == 1 ? repeated : Elementwise.applied(emitter, Eltwise.linear(share, 0), repeated));
    });
  }

  private long[] kept(Tensor x) {
    return IntStream.range(0, x.rank()).filter(axis -> !axes.contains(axis)).mapToLong(x::size).toArray();
  }

  private Tensor reduced(Emitter emitter, Tensor x, long[] shape) {
    if (java.util.Arrays.equals(shape, x.shape())) {
      return x;
    }
    memory.desc target = Descs.plain(shape, emitter.type(output));
    reduction.primitive_desc description = new reduction.primitive_desc(emitter.engine(), kind.function, x.desc(),
        target, 0, 0, emitter.attributes(), false);
    Tensor y = emitter.allocate(target);
    emitter.run(description, new reduction(description), Map.of(DNNL_ARG_SRC, x, DNNL_ARG_DST, y));
    return y;
  }
}
