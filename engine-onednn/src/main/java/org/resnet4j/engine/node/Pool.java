package org.resnet4j.engine.node;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WORKSPACE;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.dnnl.global.dnnl.algorithm;
import org.bytedeco.dnnl.global.dnnl.prop_kind;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.pooling_backward;
import org.bytedeco.dnnl.pooling_forward;
import org.resnet4j.engine.plan.Descs;
import org.resnet4j.engine.plan.Emitter;
import org.resnet4j.engine.plan.Tape;
import org.resnet4j.engine.plan.Tensor;
import org.resnet4j.engine.plan.Value;

/** The maximum or average of each window of [N, C, H, W]. */
public record Pool(Kind kind, Value input, Value output, Window window) implements Unary {
  /** What is taken of a window. */
  public enum Kind {
    MAXIMUM(algorithm.pooling_max),
    /** Padding counts as pixels of value 0. */
    AVERAGE_WITH_PADDING(algorithm.pooling_avg_include_padding),
    /** Padding doesn't count. */
    AVERAGE(algorithm.pooling_avg_exclude_padding);

    private final algorithm function;

    Kind(algorithm function) {
      this.function = function;
    }
  }

  private Window.Placement placement(Emitter emitter, Tensor x) {
    if (x.rank() != 4) {
      throw emitter.wrong("images", x);
    }
    Window.Placement placement = window.on(x.size(2), x.size(3));
    if (placement.empty()) {
      throw emitter.wrong("images of at least the window's size", x);
    }
    return placement;
  }

  @Override
  public void forward(Emitter emitter) {
    Tensor x = emitter.tensor(input);
    Window.Placement placement = placement(emitter, x);
    long top = Math.max(-placement.before()[0], 0);
    long left = Math.max(-placement.before()[1], 0);
    if (top + left > 0) {
      // No kernel begins within the image.
      x = Borders.cut(emitter, x, new long[] {x.size(0), x.size(1), x.size(2) - top, x.size(3) - left},
          new long[] {0, 0, top, left});
      placement = placement.within(top, left);
    }
    long[] shape = {x.size(0), x.size(1), placement.size()[0], placement.size()[1]};
    emitter.give(output, pooled(emitter, kind, x, emitter.type(output), shape, window, placement));
  }

  @Override
  public boolean keepsOutput() {
    return false;
  }

  @Override
  public void train(Emitter emitter, Tape tape) {
    Tensor x = emitter.tensor(input);
    Window.Placement placement = placement(emitter, x);
    long top = Math.max(-placement.before()[0], 0);
    long left = Math.max(-placement.before()[1], 0);
    Value source = input;
    if (top + left > 0) {
      source = new Value(output.name());
      tape.derive(source, input);
      new Borders(input, source, List.of(0, 0, (int) -top, (int) -left), List.of(0, 0, 0, 0)).train(emitter, tape);
      placement = placement.within(top, left);
    }
    long[] shape = {x.size(0), x.size(1), placement.size()[0], placement.size()[1]};
    emitter.give(output, trained(emitter, tape, kind, emitter.tensor(source), source, output, shape, window,
        placement));
  }

  static Tensor trained(Emitter emitter, Tape tape, Kind kind, Tensor given, Value input, Value output, long[] shape,
      Window window, Window.Placement placement) {
    Tensor x = emitter.in(given, Descs.channelsLast(given.shape(), emitter.type()));
    memory.desc target = Descs.channelsLast(shape, emitter.type());
    pooling_forward.primitive_desc description = new pooling_forward.primitive_desc(emitter.engine(),
        prop_kind.forward_training, kind.function, x.desc(), target, window.strides(), window.kernels(),
        window.dilations(), placement.before(), placement.after(), emitter.attributes(), false);
    Tensor y = emitter.allocate(target);
    Map<Integer, Tensor> arguments = new HashMap<>(Map.of(DNNL_ARG_SRC, x, DNNL_ARG_DST, y));
    Map<Integer, Tensor> back = new HashMap<>();
    if (kind == Kind.MAXIMUM) {
      // Where each maximum was.
      Tensor places = emitter.allocate(description.workspace_desc());
      arguments.put(DNNL_ARG_WORKSPACE, places);
      back.put(DNNL_ARG_WORKSPACE, places);
    }
    emitter.run(description, new pooling_forward(description), arguments);
    tape.record(output, () -> {
      Tensor dy = tape.take(output);
      back.put(DNNL_ARG_DIFF_DST, emitter.in(dy.rank() == 4 ? dy : Reshape.reshaped(emitter, dy, shape), target));
      pooling_backward.primitive_desc backward = new pooling_backward.primitive_desc(emitter.engine(), kind.function,
          x.desc(), target, window.strides(), window.kernels(), window.dilations(), placement.before(),
          placement.after(), description, emitter.attributes(), false);
      tape.give(input, x.desc(), dx -> {
        back.put(DNNL_ARG_DIFF_SRC, dx);
        emitter.run(backward, new pooling_backward(backward), back);
      });
    });
    return y;
  }

  static Tensor pooled(Emitter emitter, Kind kind, Tensor x, memory.data_type type, long[] shape, Window window,
      Window.Placement placement) {
    pooling_forward.primitive_desc description = Layouts.choose(emitter, Layouts.of(x, type),
        layout -> new pooling_forward.primitive_desc(emitter.engine(), prop_kind.forward_inference, kind.function,
            layout, Descs.any(shape, type), window.strides(), window.kernels(), window.dilations(),
            placement.before(), placement.after(), emitter.attributes(), true));
    Tensor y = emitter.allocate(description.dst_desc());
    emitter.run(description, new pooling_forward(description),
        Map.of(DNNL_ARG_SRC, emitter.in(x, description.src_desc()), DNNL_ARG_DST, y));
    return y;
  }
}
