package org.resnet4j.engine.node;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WEIGHTS;

import java.util.List;
import java.util.Map;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.global.dnnl.algorithm;
import org.bytedeco.dnnl.global.dnnl.prop_kind;
import org.bytedeco.dnnl.matmul;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.resampling_forward;
import org.bytedeco.javacpp.PointerPointer;
import org.resnet4j.engine.plan.Descs;
import org.resnet4j.engine.plan.Emitter;
import org.resnet4j.engine.plan.Tape;
import org.resnet4j.engine.plan.Tensor;
import org.resnet4j.engine.plan.Value;
import org.resnet4j.zoo.layer.Resampling;

/**
 * Images [N, C, H, W] of another size.
 *
 * @param factors whether height and width multiply the image's, or are the new ones
 */
public record Resize(Value input, Value output, Resampling.Kernel kernel, int height, int width, boolean factors)
    implements Unary {
  @Override
  public void forward(Emitter emitter) {
    Tensor x = emitter.tensor(input);
    if (x.rank() != 4) {
      throw emitter.wrong("images", x);
    }
    long[] shape = shape(x);
    emitter.give(output, isOneDnns(x, shape) ? resampled(emitter, x, shape) : multiplied(emitter, x, shape, false));
  }

  private long[] shape(Tensor x) {
    long[] shape = x.shape();
    shape[2] = factors ? shape[2] * height : height;
    shape[3] = factors ? shape[3] * width : width;
    return shape;
  }

  /** A weighted sum whichever kernel computes it, and its gradient that of the product. */
  @Override
  public void train(Emitter emitter, Tape tape) {
    forward(emitter);
    long[] shape = emitter.tensor(input).shape();
    tape.record(output, () -> tape.put(input, multiplied(emitter, tape.take(output), shape, true)));
  }

  @Override
  public boolean keepsOutput() {
    return false;
  }

  /** oneDNN has no cubic kernel, and takes the other one of two pixels that are equally near. */
  private boolean isOneDnns(Tensor x, long[] shape) {
    return switch (kernel) {
      case BILINEAR -> true;
      case NEAREST -> shape[2] % x.size(2) == 0 && shape[3] % x.size(3) == 0;
      case BICUBIC -> false;
    };
  }

  private Tensor resampled(Emitter emitter, Tensor x, long[] shape) {
    algorithm function = kernel == Resampling.Kernel.NEAREST ? algorithm.resampling_nearest
        : algorithm.resampling_linear;
    memory.data_type type = emitter.type(output);
    resampling_forward.primitive_desc description = Layouts.choose(emitter, Layouts.of(x, type),
        layout -> describe(emitter, function, layout, Layouts.like(layout, shape, type)));
    Tensor y = emitter.allocate(description.dst_desc());
    emitter.run(description, new resampling_forward(description),
        Map.of(DNNL_ARG_SRC, emitter.in(x, description.src_desc()), DNNL_ARG_DST, y));
    return y;
  }

  /** By way of C, since the binding left the constructors out; null where there is no kernel. */
  private static resampling_forward.primitive_desc describe(Emitter emitter, algorithm function, memory.desc source,
      memory.desc target) {
    resampling_forward.primitive_desc description = new resampling_forward.primitive_desc();
    try (PointerPointer<dnnl_primitive_desc> made = new PointerPointer<>(1)) {
      int status = dnnl.dnnl_resampling_forward_primitive_desc_create(made, emitter.engine().get(),
          prop_kind.forward_inference.value, function.value, (float[]) null, source.get(), target.get(),
          emitter.attributes().get());
      if (status != dnnl.dnnl_success) {
        return null;
      }
      description.reset(made.get(dnnl_primitive_desc.class));
    }
    return description;
  }

  /**
   * Each side as a product with its weights, [new, old]; channels last, so that all channels are one product.
   *
   * @param back whether by the weights transposed, from the new size to the old
   */
  private Tensor multiplied(Emitter emitter, Tensor x, long[] shape, boolean back) {
    memory.data_type type = emitter.type();
    Tensor images = emitter.in(x, Descs.channelsLast(x.shape(), type));
    Tensor rows = images.as(Descs.plain(new long[] {shape[0], x.size(2), x.size(3) * shape[1]}, type));
    Tensor high = product(emitter, weights(emitter, x.size(2), shape[2], back), rows);
    Tensor columns = high.as(Descs.plain(new long[] {shape[0] * shape[2], x.size(3), shape[1]}, type));
    return product(emitter, weights(emitter, x.size(3), shape[3], back), columns).as(Descs.channelsLast(shape, type));
  }

  private Tensor weights(Emitter emitter, long from, long to, boolean back) {
    double[][] weights = Resampling.weights(kernel, Math.toIntExact(back ? to : from),
        Math.toIntExact(back ? from : to));
    Tensor matrix = emitter.allocate(Descs.plain(new long[] {1, to, from}, Emitter.f32()));
    // Written at every call: it is small, and follows from the image's size, which is no parameter's business.
    emitter.call(List.of(), matrix, (none, output) -> {
      output.rewind();
      for (int row = 0; row < to; row++) {
        for (int column = 0; column < from; column++) {
          output.put((float) (back ? weights[column][row] : weights[row][column]));
        }
      }
    });
    return emitter.in(matrix, Descs.plain(matrix.shape(), emitter.type()));
  }

  private static Tensor product(Emitter emitter, Tensor left, Tensor right) {
    Tensor y = emitter.allocate(Descs.plain(new long[] {right.size(0), left.size(1), right.size(2)}, right.type()));
    matmul.primitive_desc description = new matmul.primitive_desc(emitter.engine(), left.desc(), right.desc(), y.desc(),
        emitter.attributes(), false);
    emitter.run(description, new matmul(description), Map.of(DNNL_ARG_SRC, left, DNNL_ARG_WEIGHTS, right,
        DNNL_ARG_DST, y));
    return y;
  }
}
