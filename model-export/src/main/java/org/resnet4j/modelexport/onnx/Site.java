package org.resnet4j.modelexport.onnx;

import java.util.List;
import java.util.stream.LongStream;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.resnet4j.modelexport.ExportException;

/**
 * One vertex while its nodes are made.
 *
 * @param vertex its name, which its last node has
 * @param layer with the parameters; null where the vertex has none
 * @param output whether the name is reserved for the network's output
 */
record Site(Draft draft, String vertex, List<Value> inputs, Layer layer, boolean output) {
  Site {
    inputs = List.copyOf(inputs);
  }

  Value input() {
    return inputs.get(0);
  }

  Site with(Value input) {
    return new Site(draft, vertex, List.of(input), layer, output);
  }

  /** The input as [N, C, H, W]. */
  Value images(CNN2DFormat format) {
    if (input().rank() != 4) {
      throw unsupported("images", "an array of shape " + input().shape());
    }
    return draft.arranged(input(), Value.channelsFirst(format));
  }

  /** The name of a node or constant before the last. */
  String part(String suffix) {
    return vertex + "/" + suffix;
  }

  INDArray parameter(String key) {
    return layer.getParam(key);
  }

  /** A parameter as a constant of the canonical name. */
  String constant(String tensor, INDArray values) {
    return draft.constant(vertex + "." + tensor, values);
  }

  /** The vertex's last node. */
  Value end(Draft.Node node, List<Long> shape, List<Integer> order) {
    boolean named = output && order.equals(Value.inOrder(shape.size()));
    return new Value(named ? node.addNamed(vertex) : node.add(vertex), shape, order);
  }

  /** The vertex's last node, whose output has the shape and order of a value. */
  Value end(Draft.Node node, Value like) {
    return end(node, like.shape(), like.order());
  }

  /** A node, and the activation behind it. */
  Value end(Draft.Node node, List<Long> shape, List<Integer> order, IActivation activation) {
    if (activation instanceof ActivationIdentity) {
      return end(node, shape, order);
    }
    return Activations.apply(this, activation, new Value(node.add(part("linear")), shape, order), -1);
  }

  /**
   * A constant that is repeated along the value's other axes.
   *
   * @param values whose axes are the last ones of the vertex's output
   */
  String aligned(String name, INDArray values, Value like) {
    int missing = like.rank() - values.rank();
    if (missing < 0) {
      throw unsupported("at most " + like.rank() + " axes", "a constant of " + values.rank());
    }
    long[] shape = LongStream.concat(LongStream.generate(() -> 1).limit(missing), LongStream.of(values.shape()))
        .toArray();
    INDArray full = values.dup('c').reshape('c', shape);
    return draft.constant(name, shape.length < 2 ? full
        : full.permute(like.order().stream().mapToInt(axis -> axis).toArray()));
  }

  /** Zeros added before and behind (or, negative, values cut off) along the axes of the value, in pairs. */
  Draft.Node padded(Value value, int firstAxis, long... beforeAndBehind) {
    long[] pads = new long[2 * value.rank()];
    for (int i = 0; i < beforeAndBehind.length; i++) {
      pads[i % 2 * value.rank() + firstAxis + i / 2] = beforeAndBehind[i];
    }
    return draft.node("Pad", value.name(), draft.constant(part("pads"), pads)).text("mode", "constant");
  }

  /** The value with other axes; 0 for the batch, -1 for what follows from the others. */
  Draft.Node reshaped(Value value, long... sizes) {
    return draft.node("Reshape", value.name(), draft.constant(part("shape"), sizes));
  }

  static INDArray filled(long count, double value) {
    return Nd4j.valueArrayOf(new long[] {count}, value, DataType.FLOAT);
  }

  ExportException unsupported(String expected, String found) {
    return new ExportException.UnsupportedLayer(vertex, expected, found);
  }
}
