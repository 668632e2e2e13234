package org.resnet4j.modelexport.onnx;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.conf.CNN2DFormat;

/**
 * An array in the ONNX graph, which holds a vertex's output with its axes in some order. So images stay [N, C, H, W],
 * the only layout that ONNX convolves, from a net's first convolution to its last, whatever layout DL4J computes in.
 *
 * @param name of the ONNX value
 * @param shape of the vertex's output; {@link #ANY} for the batch and for sizes that aren't known
 * @param order axis i of the value is axis {@code order[i]} of the vertex's output
 */
record Value(String name, List<Long> shape, List<Integer> order) {
  static final long ANY = -1;

  Value {
    shape = List.copyOf(shape);
    order = List.copyOf(order);
  }

  /** A value that lies as the vertex's output. */
  Value(String name, List<Long> shape) {
    this(name, shape, inOrder(shape.size()));
  }

  /** The axes of an array as they lie. */
  static List<Integer> inOrder(int rank) {
    return IntStream.range(0, rank).boxed().toList();
  }

  /** The order in which images of a layout are [N, C, H, W]. */
  static List<Integer> channelsFirst(CNN2DFormat format) {
    return format == CNN2DFormat.NHWC ? List.of(0, 3, 1, 2) : inOrder(4);
  }

  int rank() {
    return shape.size();
  }

  /** Whether it lies as the vertex's output. */
  boolean lies() {
    return order.equals(inOrder(rank()));
  }

  /** Where an axis of the vertex's output, counted from behind if negative, is. */
  int axis(int axis) {
    return order.indexOf(axis < 0 ? axis + rank() : axis);
  }

  /** The size along an axis of the value. */
  long size(int place) {
    return shape.get(order.get(place));
  }

  /** The same array with its axes named anew: axis i of the output is axis {@code axes[i]} of this one's. */
  Value permuted(List<Integer> axes) {
    return new Value(name, axes.stream().map(shape::get).toList(), order.stream().map(axes::indexOf).toList());
  }

  /** The shape with other sizes at places of the value. */
  List<Long> withSizes(int place, long... sizes) {
    List<Long> result = new ArrayList<>(shape);
    for (int i = 0; i < sizes.length; i++) {
      result.set(order.get(place + i), sizes[i]);
    }
    return result;
  }
}
