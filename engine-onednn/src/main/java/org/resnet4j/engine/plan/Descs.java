package org.resnet4j.engine.plan;

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
    long[] strides = new long[shape.length];
    long step = shape[1];
    for (int axis = shape.length - 1; axis >= 2; axis--) {
      strides[axis] = step;
      step *= shape[axis];
    }
    strides[1] = 1;
    strides[0] = step;
    return new memory.desc(shape, type, strides);
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
