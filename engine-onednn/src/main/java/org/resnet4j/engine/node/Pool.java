package org.resnet4j.engine.node;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;

import java.util.List;
import java.util.Map;
import org.bytedeco.dnnl.global.dnnl.algorithm;
import org.bytedeco.dnnl.global.dnnl.prop_kind;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.pooling_forward;
import org.resnet4j.engine.plan.Descs;
import org.resnet4j.engine.plan.Emitter;
import org.resnet4j.engine.plan.Node;
import org.resnet4j.engine.plan.Tensor;
import org.resnet4j.engine.plan.Value;

/** The maximum or average of each window of [N, C, H, W]. */
public record Pool(Kind kind, Value input, Value output, Window window) implements Node {
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

  @Override
  public List<Value> inputs() {
    return List.of(input);
  }

  @Override
  public void forward(Emitter emitter) {
    Tensor x = emitter.tensor(input);
    if (x.rank() != 4) {
      throw emitter.wrong("images", x);
    }
    Window.Placement placement = window.on(x.size(2), x.size(3));
    if (placement.empty()) {
      throw emitter.wrong("images of at least the window's size", x);
    }
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
