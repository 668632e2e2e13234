package org.resnet4j.engine.node;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC_0;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC_1;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.bytedeco.dnnl.binary;
import org.bytedeco.dnnl.global.dnnl.algorithm;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.post_ops;
import org.bytedeco.dnnl.primitive_attr;
import org.resnet4j.engine.plan.Descs;
import org.resnet4j.engine.plan.Emitter;
import org.resnet4j.engine.plan.Tensor;

/**
 * oneDNN's primitive of two arrays, the second of which may have axes of size 1, and the ways of seeing both for which
 * it has kernels.
 */
record Binary(Emitter emitter, algorithm function, memory.data_type type, List<Eltwise> activation, Target target) {
  /** Where the result lies. */
  enum Target {
    /** In the first array's place where nobody else needs that. */
    FIRST,
    NEW
  }

  Tensor of(Tensor given, Tensor b) {
    Tensor a = Arrays.equals(given.shape(), b.shape()) ? given : Layouts.ordinary(emitter, given);
    binary.primitive_desc description = describe(a, b);
    if (Layouts.reference(description) && a.rank() > 2) {
      if (rowAxes(a, b) > 0) {
        return byRows(a, b);
      } else if (a.rank() == 4) {
        // Channels last as DL4J's array has them: to the kernels they are the second axis.
        Tensor turned = Layouts.ordinary(emitter, Permute.permuted(a, Permute.TO_CHANNELS_FIRST));
        Tensor other = Permute.permuted(b, Permute.TO_CHANNELS_FIRST);
        binary.primitive_desc better = describe(turned, other);
        if (!Layouts.reference(better)) {
          return Permute.permuted(run(better, turned, other), Permute.TO_CHANNELS_LAST);
        }
      }
    }
    return run(description, a, b);
  }

  /**
   * A kernel for both arrays in one layout. There are kernels for two layouts as well, whose first call reads registers
   * that nothing was written to (oneDNN 3.11, bfloat16 with float32).
   */
  private binary.primitive_desc describe(Tensor a, Tensor b) {
    primitive_attr attributes = emitter.attributes();
    attributes.set_post_ops(Eltwise.append(new post_ops(), activation));
    return Layouts.choose(emitter, Layouts.of(a, type), layout -> new binary.primitive_desc(emitter.engine(), function,
        layout, Layouts.like(layout, b.shape(), b.type()), Layouts.like(layout, a.shape(), type), attributes, true));
  }

  private Tensor run(binary.primitive_desc description, Tensor a, Tensor b) {
    Tensor source = emitter.in(a, description.src0_desc());
    Tensor y = target == Target.FIRST && !source.shares(b) ? emitter.over(source, description.dst_desc())
        : emitter.allocate(description.dst_desc());
    emitter.run(description, new binary(description), Map.of(DNNL_ARG_SRC_0, source, DNNL_ARG_SRC_1,
        emitter.in(b, description.src1_desc()), DNNL_ARG_DST, y));
    return y;
  }

  /** How many axes are those of rows, each of which has one number in the second array; 0 where that isn't so. */
  private static int rowAxes(Tensor a, Tensor b) {
    int rows = 0;
    while (rows < a.rank() && b.size(rows) == a.size(rows)) {
      rows++;
    }
    for (int axis = rows; axis < a.rank(); axis++) {
      if (b.size(axis) != 1) {
        return 0;
      }
    }
    return rows;
  }

  /** Both seen as matrices, for which there are kernels. */
  private Tensor byRows(Tensor a, Tensor b) {
    boolean examples = rowAxes(a, b) == 1 && Layouts.examplesApart(a.desc());
    Tensor source = examples ? a : emitter.plain(a);
    long rows = Arrays.stream(b.shape()).reduce(1, (x, y) -> x * y);
    long columns = Layouts.elements(source.desc()) / rows;
    Tensor y = of(source.as(Descs.plain(new long[] {rows, columns}, a.type())),
        emitter.plain(b).as(Descs.plain(new long[] {rows, 1}, b.type())));
    return y.as(Layouts.like(source.desc(), a.shape(), type));
  }
}
