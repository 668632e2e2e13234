package org.resnet4j.engine.node;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.bytedeco.dnnl.global.dnnl.algorithm;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.reduction;
import org.resnet4j.engine.plan.Descs;
import org.resnet4j.engine.plan.Emitter;
import org.resnet4j.engine.plan.Tape;
import org.resnet4j.engine.plan.Tensor;
import org.resnet4j.engine.plan.Value;

/**
 * One number from all along some axes, as global pooling takes it.
 *
 * @param axes that are gone in the output, or of size 1 where they are kept; none for all behind the second
 */
public record Reduction(Kind kind, Value input, Value output, List<Integer> axes, boolean keep) implements Unary {
  private static final int PIXELS = 2;

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
  public void forward(Emitter emitter) {
    Tensor x = emitter.tensor(input);
    List<Integer> gone = gone(emitter, x);
    Tensor y = images(x, gone) ? pooled(emitter, x) : reduced(emitter, x, gone);
    emitter.give(output, Reshape.reshaped(emitter, y, shape(x, gone)));
  }

  private List<Integer> gone(Emitter emitter, Tensor x) {
    List<Integer> gone = axes.isEmpty() ? IntStream.range(PIXELS, x.rank()).boxed().toList() : axes;
    if (gone.isEmpty() || gone.get(gone.size() - 1) >= x.rank()) {
      throw emitter.wrong(axes.isEmpty() ? "images or sequences" : "an array with axes " + axes, x);
    }
    return gone;
  }

  /** Whether a pool with a window of the image's size does it: those kernels are the faster ones. */
  private static boolean images(Tensor x, List<Integer> gone) {
    return x.rank() == 4 && gone.equals(List.of(PIXELS, PIXELS + 1));
  }

  private long[] shape(Tensor x, List<Integer> gone) {
    return IntStream.range(0, x.rank()).filter(axis -> keep || !gone.contains(axis))
        .mapToLong(axis -> gone.contains(axis) ? 1 : x.size(axis)).toArray();
  }

  private static Window whole(Tensor x) {
    int[] ones = {1, 1};
    int[] zeros = {0, 0};
    return new Window(new int[] {(int) x.size(PIXELS), (int) x.size(PIXELS + 1)}, ones, ones, Window.Border.CUT, zeros,
        zeros);
  }

  private Pool.Kind pool() {
    return kind == Kind.MAXIMUM ? Pool.Kind.MAXIMUM : Pool.Kind.AVERAGE;
  }

  private Tensor pooled(Emitter emitter, Tensor x) {
    Window window = whole(x);
    memory.data_type type = emitter.type(output);
    Tensor y = Pool.pooled(emitter, pool(), x, type, new long[] {x.size(0), x.size(1), 1, 1}, window,
        window.on(x.size(PIXELS), x.size(PIXELS + 1)));
    return kind == Kind.SUM
        ? Elementwise.applied(emitter, y, type, List.of(Eltwise.linear((double) x.size(2) * x.size(3), 0))) : y;
  }

  @Override
  public void train(Emitter emitter, Tape tape) {
    Tensor x = emitter.tensor(input);
    List<Integer> gone = gone(emitter, x);
    if (images(x, gone) && kind != Kind.SUM) {
      Window window = whole(x);
      Tensor y = Pool.trained(emitter, tape, pool(), x, input, output, new long[] {x.size(0), x.size(1), 1, 1}, window,
          window.on(x.size(PIXELS), x.size(PIXELS + 1)));
      emitter.give(output, Reshape.reshaped(emitter, y, shape(x, gone)));
      return;
    }
    forward(emitter);
    Tensor y = emitter.tensor(output);
    long[] ones = x.shape();
    gone.forEach(axis -> ones[axis] = 1);
    tape.record(output, () -> {
      Tensor repeated = Combination.full(emitter, Reshape.reshaped(emitter, tape.take(output), ones), x, x.shape());
      switch (kind) {
        case SUM -> tape.put(input, repeated);
        case MEAN -> tape.put(input, Elementwise.applied(emitter,
            Eltwise.linear(gone.stream().mapToDouble(x::size).reduce(1, (a, b) -> a / b), 0), repeated));
        case MAXIMUM -> tape.put(input, GeneralCombination.combined(emitter, algorithm.binary_mul, repeated,
            GeneralCombination.combined(emitter, algorithm.binary_ge, x, Reshape.reshaped(emitter, y, ones))));
      }
    });
  }

  /** With the axes that go behind the others, which is what kernels are for. */
  private Tensor reduced(Emitter emitter, Tensor x, List<Integer> gone) {
    int[] places = new int[x.rank()];
    long[] shape = new long[x.rank()];
    int place = 0;
    for (boolean goes : new boolean[] {false, true}) {
      for (int axis = 0; axis < x.rank(); axis++) {
        if (gone.contains(axis) == goes) {
          shape[place] = goes ? 1 : x.size(axis);
          places[axis] = place++;
        }
      }
    }
    Tensor source = emitter.plain(x.as(x.desc().permute_axes(places)));
    if (Arrays.equals(source.shape(), shape)) {
      return source;
    }
    memory.desc target = Descs.plain(shape, emitter.type(output));
    reduction.primitive_desc description = Layouts.choose(emitter, Layouts.of(source, emitter.type(output)),
        layout -> new reduction.primitive_desc(emitter.engine(), kind.function, layout, target, 0, 0,
            emitter.attributes(), true));
    Tensor y = emitter.allocate(target);
    emitter.run(description, new reduction(description),
        Map.of(DNNL_ARG_SRC, emitter.in(source, description.src_desc()), DNNL_ARG_DST, y));
    return y;
  }
}
