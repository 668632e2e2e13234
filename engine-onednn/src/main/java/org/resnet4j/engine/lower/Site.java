package org.resnet4j.engine.lower;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.resnet4j.engine.node.Eltwise;
import org.resnet4j.engine.node.Elementwise;
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

  /** All inputs with the axes in one order: DL4J's where theirs differ. */
  List<Signal> inOneOrder() {
    boolean equal = inputs.stream().allMatch(input -> java.util.Objects.equals(input.order(), input().order()));
    return equal ? inputs : inputs.stream().map(input -> new Signal(asIs(input))).toList();
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

  /** Numbers that never change. */
  Constant fixed(String name, float... values) {
    return new Constant(vertex + "." + name, values.length, values::clone);
  }

  Unsupported unsupported(String what) {
    return new Unsupported(vertex, what);
  }
}
