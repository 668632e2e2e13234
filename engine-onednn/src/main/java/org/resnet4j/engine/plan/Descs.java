package org.resnet4j.engine.plan;

import java.util.Arrays;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bytedeco.dnnl.memory;
import org.bytedeco.javacpp.LongPointer;

/** Memory descriptors: an array's shape, type and layout. */
public final class Descs {
  private Descs() {}

  public static long[] shape(memory.desc desc) {
    int rank = desc.get_ndims();
    long[] shape = new long[rank];
    if (rank > 0) {
      LongPointer dims = desc.get_dims();
      dims.get(shape);
    }
    return shape;
  }

  /** The constant, which the descriptor's own answer is equal to in nothing but its number. */
  public static memory.data_type type(memory.desc desc) {
    return desc.get_data_type().intern();
  }

  /** Row by row. */
  public static memory.desc plain(long[] shape, memory.data_type type) {
    return new memory.desc(shape, type, strides(shape));
  }

  /** Channels (axis 1) next to each other, as the kernels call nhwc. */
  public static memory.desc channelsLast(long[] shape, memory.data_type type) {
    return new memory.desc(shape, type, channelsLastStrides(shape));
  }

  private static long[] channelsLastStrides(long[] shape) {
    if (shape.length < 2) {
      return strides(shape);
    }
    long[] strides = new long[shape.length];
    long step = shape[1];
    for (int axis = shape.length - 1; axis >= 2; axis--) {
      strides[axis] = step;
      step *= shape[axis];
    }
    strides[1] = 1;
    strides[0] = step;
    return strides;
  }

  /**
   * The same layout with the strides of axes of size 1 as row-by-row, channels-last or the other axes' order have them.
   *
   * <p>They mean nothing, and oneDNN 3.11 takes descriptors that differ in them alone for equal: its cache gives one's
   * kernel for the other. But its kernels of several arrays tell the layout by them, and then read or write elsewhere.
   */
  public static memory.desc canonical(memory.desc desc) {
    long[] shape = shape(desc);
    if (Arrays.stream(shape).noneMatch(size -> size == 1)
        || desc.get_format_kind().intern() != memory.format_kind.blocked || desc.get_inner_nblks() > 0
        || desc.get_submemory_offset() != 0) {
      return desc;
    }
    long[] strides = new long[shape.length];
    desc.get_strides().get(strides);
    long[] right = Stream.of(strides(shape), channelsLastStrides(shape))
        .filter(usual -> same(shape, usual, strides)).findFirst().orElseGet(() -> behindEachOther(shape, strides));
    return Arrays.equals(right, strides) ? desc : new memory.desc(shape, type(desc), right);
  }

  private static boolean same(long[] shape, long[] strides, long[] others) {
    return IntStream.range(0, shape.length).allMatch(axis -> shape[axis] == 1 || strides[axis] == others[axis]);
  }

  private static long[] behindEachOther(long[] shape, long[] strides) {
    long[] result = strides.clone();
    for (int axis = shape.length - 1; axis >= 0; axis--) {
      if (shape[axis] == 1) {
        result[axis] = axis == shape.length - 1 ? 1 : result[axis + 1] * shape[axis + 1];
      }
    }
    return result;
  }

  /** In a layout that the primitive chooses. */
  public static memory.desc any(long[] shape, memory.data_type type) {
    return new memory.desc(shape, type, memory.format_tag.any);
  }

  static long[] strides(long[] shape) {
    long[] strides = new long[shape.length];
    long step = 1;
    for (int axis = shape.length - 1; axis >= 0; axis--) {
      strides[axis] = step;
      step *= Math.max(shape[axis], 1);
    }
    return strides;
  }
}
