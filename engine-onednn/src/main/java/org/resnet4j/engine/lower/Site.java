package org.resnet4j.engine.lower;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.resnet4j.engine.node.Align;
import org.resnet4j.engine.node.Combination;
import org.resnet4j.engine.node.Eltwise;
import org.resnet4j.engine.node.Elementwise;
import org.resnet4j.engine.node.Fixed;
import org.resnet4j.engine.node.Permute;
import org.resnet4j.engine.plan.Constant;
import org.resnet4j.engine.plan.Node;
import org.resnet4j.engine.plan.Value;

/**
 * One vertex while its nodes are made.
 *
 * @param nodes of the program so far
 * @param layer that holds the parameters; null where the vertex has none
 * @param trains whether the program is for training, and the vertex isn't frozen
 */
record Site(List<Node> nodes, String vertex, List<Signal> inputs, Layer layer, boolean trains) {
  Signal input() {
    return inputs.get(0);
  }

  Site with(Signal input) {
    return new Site(nodes, vertex, List.of(input), layer, trains);
  }

  /** Adds a node that is made for an output's value. */
  Value add(Function<Value, Node> node) {
    Value output = new Value(vertex);
    nodes.add(node.apply(output));
    return output;
  }

  /** The signal's value with DL4J's order of axes. */
  Value asIs(Signal signal) {
    if (signal.order() == null) {
      return signal.value();
    }
    List<Integer> axes = new ArrayList<>();
    for (int axis = 0; axis < signal.order().size(); axis++) {
      axes.add(signal.order().indexOf(axis));
    }
    return add(output -> new Permute(signal.value(), output, axes));
  }

  /** The input as [N, C, H, W]. */
  Signal images(CNN2DFormat format) {
    if (format != CNN2DFormat.NHWC) {
      return new Signal(asIs(input()));
    } else if (Permute.TO_CHANNELS_FIRST.equals(input().order())) {
      return input();
    }
    Value turned = asIs(input());
    return new Signal(add(output -> new Permute(turned, output, Permute.TO_CHANNELS_FIRST)),
        Permute.TO_CHANNELS_FIRST);
  }

  /** All inputs with the axes in one order: that of the first whose isn't DL4J's, since kernels are made for it. */
  List<Signal> inOneOrder(Combination.Ranks ranks) {
    List<Integer> order = inputs.stream().map(Signal::order).filter(Objects::nonNull).findFirst().orElse(null);
    return inputs.stream().map(input -> inOrder(input, order, ranks)).toList();
  }

  private Signal inOrder(Signal signal, List<Integer> order, Combination.Ranks ranks) {
    if (Objects.equals(signal.order(), order)) {
      return signal;
    }
    Value turned = asIs(signal);
    Value whole = ranks == Combination.Ranks.EQUAL ? turned
        : add(output -> new Align(turned, output, order.size()));
    return new Signal(add(output -> new Permute(whole, output, order)), order);
  }

  Signal combined(Combination.Kind kind, Signal left, Signal right) {
    return left.with(add(output -> new Combination(kind, left.value(), right.value(), output,
        Combination.Ranks.ALIGNED, List.of())));
  }

  /**
   * Numbers that go with an array, aligned with its last axes as ND4J aligns shapes.
   *
   * @param shape of the numbers as DL4J's array has its axes
   */
  Signal constant(String name, Signal with, List<Long> shape, Supplier<float[]> values) {
    return fixed(with, shape, (full, order) -> computed(name, full.stream().reduce(1L, Math::multiplyExact),
        () -> Parameters.permuted(values.get(), full, order)));
  }

  /** A parameter that goes with an array in the same way. */
  Signal parameter(String key, Signal with, List<Long> shape) {
    return fixed(with, shape, (full, order) -> parameter(key, key, array ->
        array.reshape(array.ordering(), longs(full)).permute(order.stream().mapToInt(axis -> axis).toArray())));
  }

  private static long[] longs(List<Long> numbers) {
    return numbers.stream().mapToLong(Long::longValue).toArray();
  }

  private Signal fixed(Signal with, List<Long> shape, BiFunction<List<Long>, List<Integer>, Constant> constant) {
    int rank = with.order() == null ? shape.size() + 1 : with.order().size();
    List<Long> full = new ArrayList<>(Collections.nCopies(rank - shape.size(), 1L));
    full.addAll(shape);
    List<Integer> order = with.order() == null ? IntStream.range(0, rank).boxed().toList() : with.order();
    Constant numbers = constant.apply(full, order);
    return with.with(add(output -> new Fixed(output, numbers, order.stream().map(full::get).toList())));
  }

  Signal elementwise(Signal x, Eltwise... functions) {
    return x.with(add(output -> new Elementwise(x.value(), output, List.of(functions))));
  }

  /** A parameter as it is when asked for, row by row. */
  Constant parameter(String key) {
    return parameter(key, key, array -> array);
  }

  /** A parameter in another arrangement. */
  Constant parameter(String name, String key, Function<INDArray, INDArray> arranged) {
    Supplier<INDArray> view = () -> arranged.apply(layer.getParam(key));
    return new Constant(vertex + "." + name, layer.getParam(key).length(), () -> Parameters.floats(view.get()),
        trains ? view : null);
  }

  /** Numbers made from parameters. */
  Constant computed(String name, long length, Supplier<float[]> values) {
    return new Constant(vertex + "." + name, length, values);
  }

  float[] floats(String key) {
    return Parameters.floats(layer.getParam(key));
  }

  Unsupported unsupported(String what) {
    return new Unsupported(vertex, what);
  }
}
