package org.resnet4j.modelexport.onnx;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import onnx.Onnx.AttributeProto;
import onnx.Onnx.GraphProto;
import onnx.Onnx.NodeProto;
import onnx.Onnx.TensorProto;
import onnx.Onnx.TensorShapeProto;
import onnx.Onnx.TypeProto;
import onnx.Onnx.ValueInfoProto;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.shade.protobuf.ByteString;
import org.nd4j.shade.protobuf.UnsafeByteOperations;

/** An ONNX graph being put together: nodes in order of computation, each name once. */
final class Draft {
  private static final String BATCH = "batch";

  private final GraphProto.Builder graph = GraphProto.newBuilder();
  private final Set<String> names = new HashSet<>();
  /** By value and permutation. */
  private final Map<List<Object>, String> transposed = new HashMap<>();

  /** @param reserved names of inputs and outputs */
  Draft(Set<String> reserved) {
    names.addAll(reserved);
  }

  /** A name that nothing has yet: the wish, or one like it. */
  String fresh(String wish) {
    String name = wish;
    for (int i = 2; !names.add(name); i++) {
      name = wish + "_" + i;
    }
    return name;
  }

  /** An input of the graph, whose name is reserved. */
  Value input(String name, List<Long> shape) {
    graph.addInput(info(name, shape));
    return new Value(name, shape);
  }

  private static ValueInfoProto info(String name, List<Long> shape) {
    TensorShapeProto.Builder axes = TensorShapeProto.newBuilder();
    axes.addDimBuilder().setDimParam(BATCH);
    for (int axis = 1; axis < shape.size(); axis++) {
      if (shape.get(axis) == Value.ANY) {
        axes.addDimBuilder().setDimParam(name + "_" + axis);
      } else {
        axes.addDimBuilder().setDimValue(shape.get(axis));
      }
    }
    return ValueInfoProto.newBuilder().setName(name).setType(TypeProto.newBuilder().setTensorType(
        TypeProto.Tensor.newBuilder().setElemType(TensorProto.DataType.FLOAT_VALUE).setShape(axes))).build();
  }

  /** A float32 constant of the array's shape. */
  String constant(String name, INDArray values) {
    float[] floats = values.castTo(DataType.FLOAT).dup('c').data().asFloat();
    ByteBuffer bytes = ByteBuffer.allocate(Math.multiplyExact(floats.length, Float.BYTES))
        .order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(floats);
    return constant(name, TensorProto.DataType.FLOAT_VALUE, values.shape(), bytes);
  }

  /** One float32 number, of rank 0. */
  String constant(String name, double number) {
    return constant(name, Nd4j.scalar(DataType.FLOAT, number));
  }

  /** An int64 vector. */
  String constant(String name, long... values) {
    ByteBuffer bytes = ByteBuffer.allocate(values.length * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asLongBuffer().put(values);
    return constant(name, TensorProto.DataType.INT64_VALUE, new long[] {values.length}, bytes);
  }

  private String constant(String wish, int type, long[] shape, ByteBuffer bytes) {
    String name = fresh(wish);
    TensorProto.Builder tensor = TensorProto.newBuilder().setName(name).setDataType(type)
        .setRawData(bytes(bytes));
    Arrays.stream(shape).forEach(tensor::addDims);
    graph.addInitializer(tensor);
    return name;
  }

  private static ByteString bytes(ByteBuffer own) {
    return UnsafeByteOperations.unsafeWrap(own.array());
  }

  /** A node, to be completed. */
  Node node(String operator, String... inputs) {
    return new Node(operator, List.of(inputs));
  }

  /** The array with its axes in another order, or as it is. */
  Value arranged(Value value, List<Integer> order) {
    if (value.order().equals(order)) {
      return value;
    }
    List<Integer> places = order.stream().map(value::axis).toList();
    String name = transposed.computeIfAbsent(List.of(value.name(), places),
        key -> transposing(value, order).add(value.name() + "/transposed"));
    return new Value(name, value.shape(), order);
  }

  /** Makes the array, lying as the vertex gives it, the graph's output of a reserved name. */
  void output(String name, Value value) {
    graph.addOutput(info(name, value.shape()));
    if (!value.name().equals(name)) {
      (value.lies() ? node("Identity", value.name()) : transposing(value, Value.inOrder(value.rank()))).addNamed(name);
    }
  }

  /**
   * Before a pool: ONNX Runtime 1.23 turns zeros that are added before a pool into the pool's own border, which counts
   * as nothing, so that a maximum of negative values differs. It leaves any other value alone, the smallest one as well.
   */
  void keepZeros(String value) {
    for (NodeProto.Builder node : graph.getNodeBuilderList()) {
      if (node.getOpType().equals("Pad") && node.getOutput(0).equals(value) && node.getInputCount() == 2) {
        node.addInput(constant(value + "/least", Float.MIN_NORMAL));
      }
    }
  }

  private Node transposing(Value value, List<Integer> order) {
    return node("Transpose", value.name())
        .longs("perm", order.stream().mapToLong(axis -> value.axis(axis)).toArray());
  }

  GraphProto build(String name) {
    return graph.setName(name).build();
  }

  /** A node before it is part of the graph. */
  final class Node {
    private final NodeProto.Builder node;
    private final List<AttributeProto> attributes = new ArrayList<>();

    private Node(String operator, List<String> inputs) {
      node = NodeProto.newBuilder().setOpType(operator).addAllInput(inputs);
    }

    private AttributeProto.Builder attribute(String name, AttributeProto.AttributeType type) {
      return AttributeProto.newBuilder().setName(name).setType(type);
    }

    Node number(String name, long value) {
      attributes.add(attribute(name, AttributeProto.AttributeType.INT).setI(value).build());
      return this;
    }

    Node number(String name, double value) {
      attributes.add(attribute(name, AttributeProto.AttributeType.FLOAT).setF((float) value).build());
      return this;
    }

    Node text(String name, String value) {
      attributes.add(attribute(name, AttributeProto.AttributeType.STRING).setS(ByteString.copyFromUtf8(value)).build());
      return this;
    }

    Node longs(String name, long... values) {
      AttributeProto.Builder attribute = attribute(name, AttributeProto.AttributeType.INTS);
      Arrays.stream(values).forEach(attribute::addInts);
      attributes.add(attribute.build());
      return this;
    }

    Node longs(String name, int... values) {
      return longs(name, Arrays.stream(values).asLongStream().toArray());
    }

    /** Adds it; its output's name, the wish or one like it, is its own as well. */
    String add(String wish) {
      return addNamed(fresh(wish));
    }

    /** Adds it under a name that was reserved for it. */
    String addNamed(String name) {
      graph.addNode(node.setName(name).addOutput(name).addAllAttribute(attributes));
      return name;
    }
  }
}
