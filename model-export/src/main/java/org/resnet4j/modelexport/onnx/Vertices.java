package org.resnet4j.modelexport.onnx;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.stream.LongStream;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.preprocessor.CnnToFeedForwardPreProcessor;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.resnet4j.zoo.layer.Borders;
import org.resnet4j.zoo.layer.BroadcastMerge;
import org.resnet4j.zoo.layer.ChannelsLastFlatten;
import org.resnet4j.zoo.layer.Concatenation;
import org.resnet4j.zoo.layer.Permutation;
import org.resnet4j.zoo.layer.Resampling;
import org.resnet4j.zoo.layer.Reshaping;
import org.resnet4j.zoo.layer.Scaling;
import org.resnet4j.zoo.layer.Selection;

/** Vertices without parameters as nodes. */
final class Vertices {
  /** By exact class: a subclass may compute something else. */
  private static final Map<Class<?>, BiFunction<Site, GraphVertex, Value>> TABLE = table();

  private Vertices() {}

  private static Map<Class<?>, BiFunction<Site, GraphVertex, Value>> table() {
    Map<Class<?>, BiFunction<Site, GraphVertex, Value>> table = new HashMap<>();
    put(table, ElementWiseVertex.class, (site, vertex) -> merged(site, switch (vertex.getOp()) {
      case Add -> BroadcastMerge.Kind.ADD;
      case Subtract -> BroadcastMerge.Kind.SUBTRACT;
      case Product -> BroadcastMerge.Kind.MULTIPLY;
      case Average -> BroadcastMerge.Kind.AVERAGE;
      case Max -> BroadcastMerge.Kind.MAXIMUM;
    }));
    put(table, BroadcastMerge.class, (site, vertex) -> merged(site, vertex.kind()));
    put(table, MergeVertex.class, (site, vertex) -> joined(site, vertex.getMergeAxis()));
    put(table, Concatenation.class, (site, vertex) -> joined(site, vertex.axis()));
    put(table, Borders.class, (site, vertex) -> Windows.bordered(site, site.images(vertex.format()), vertex.top(),
        vertex.bottom(), vertex.left(), vertex.right()));
    put(table, Permutation.class, (site, vertex) -> {
      List<Integer> axes = new ArrayList<>(List.of(0));
      axes.addAll(vertex.axes());
      return site.input().permuted(axes);
    });
    put(table, Reshaping.class, (site, vertex) -> reshaped(site, vertex.shape()));
    put(table, Resampling.class, Resizes::resampled);
    put(table, Scaling.class, Vertices::scaled);
    put(table, Selection.class, Vertices::selected);
    return table;
  }

  private static <T extends GraphVertex> void put(Map<Class<?>, BiFunction<Site, GraphVertex, Value>> table,
      Class<T> type, BiFunction<Site, T, Value> nodes) {
    table.put(type, (site, vertex) -> nodes.apply(site, type.cast(vertex)));
  }

  /** @throws org.resnet4j.modelexport.ExportException.UnsupportedLayer for any other vertex */
  static Value export(Site site, GraphVertex vertex) {
    BiFunction<Site, GraphVertex, Value> nodes = TABLE.get(vertex.getClass());
    if (nodes == null) {
      throw site.unsupported("a vertex that can go out", vertex.getClass().getSimpleName());
    }
    return nodes.apply(site, vertex);
  }

  /** What stands before a layer. */
  static Value preprocessed(Site site, InputPreProcessor preprocessor) {
    Value x = site.input();
    if (preprocessor instanceof ChannelsLastFlatten flatten && x.rank() == 4) {
      return flat(site, flatten.getDataFormat() == CNN2DFormat.NCHW ? x.permuted(List.of(0, 2, 3, 1)) : x);
    } else if (preprocessor.getClass() == CnnToFeedForwardPreProcessor.class) {
      return x.rank() == 2 ? x : flat(site, x);
    }
    throw site.unsupported("a preprocessor that can go out", preprocessor.getClass().getSimpleName());
  }

  private static Value flat(Site site, Value x) {
    Value lying = site.draft().arranged(x, Value.inOrder(x.rank()));
    return new Value(site.reshaped(lying, 0, -1).add(site.part("flat")), List.of(Value.ANY, count(x)));
  }

  /** Values of one example. */
  private static long count(Value x) {
    List<Long> sizes = x.shape().subList(1, x.rank());
    return sizes.contains(Value.ANY) ? Value.ANY : sizes.stream().reduce(1L, Math::multiplyExact);
  }

  private static Value merged(Site site, BroadcastMerge.Kind kind) {
    List<Value> inputs = aligned(site);
    String operator = switch (kind) {
      case ADD -> "Add";
      case SUBTRACT -> "Sub";
      case MULTIPLY -> "Mul";
      case DIVIDE -> "Div";
      case AVERAGE -> "Mean";
      case MAXIMUM -> "Max";
      case MINIMUM -> "Min";
    };
    List<Long> shape = inputs.get(0).shape();
    for (Value input : inputs) {
      shape = broadcast(shape, input.shape());
    }
    String[] names = inputs.stream().map(Value::name).toArray(String[]::new);
    boolean binary = List.of("Add", "Sub", "Mul", "Div").contains(operator);
    Draft.Node node = site.draft().node(operator, binary ? new String[] {names[0], names[1]} : names);
    for (int i = 2; binary && i < names.length; i++) {
      node = site.draft().node(operator, node.add(site.part("part")), names[i]);
    }
    return site.end(node, shape, inputs.get(0).order());
  }

  /** The inputs in one order, each with as many axes: those that are missing stand behind the batch's. */
  private static List<Value> aligned(Site site) {
    int rank = site.inputs().stream().mapToInt(Value::rank).max().orElseThrow();
    if (site.inputs().stream().allMatch(input -> input.rank() == rank)) {
      return inOneOrder(site);
    }
    return site.inputs().stream().map(input -> {
      Value lying = site.draft().arranged(input, Value.inOrder(input.rank()));
      if (input.rank() == rank) {
        return lying;
      }
      int missing = rank - input.rank();
      List<Long> shape = new ArrayList<>(lying.shape());
      LongStream.generate(() -> 1).limit(missing).forEach(one -> shape.add(1, one));
      String axes = site.draft().constant(site.part("axes"), LongStream.rangeClosed(1, missing).toArray());
      return new Value(site.draft().node("Unsqueeze", lying.name(), axes).add(site.part("aligned")), shape);
    }).toList();
  }

  private static List<Value> inOneOrder(Site site) {
    List<Integer> order = site.inputs().stream().map(Value::order)
        .filter(other -> !other.equals(Value.inOrder(other.size()))).findFirst()
        .orElse(site.input().order());
    return site.inputs().stream().map(input -> site.draft().arranged(input, order)).toList();
  }

  private static List<Long> broadcast(List<Long> one, List<Long> other) {
    List<Long> shape = new ArrayList<>();
    for (int axis = 0; axis < one.size(); axis++) {
      long a = one.get(axis);
      long b = other.get(axis);
      shape.add(a == 1 ? b : b == 1 ? a : Math.max(a, b));
    }
    return shape;
  }

  private static Value joined(Site site, int axis) {
    List<Value> inputs = inOneOrder(site);
    Value first = inputs.get(0);
    boolean known = inputs.stream().noneMatch(input -> input.shape().get(axis) == Value.ANY);
    List<Long> shape = new ArrayList<>(first.shape());
    shape.set(axis, known ? inputs.stream().mapToLong(input -> input.shape().get(axis)).sum() : Value.ANY);
    return site.end(site.draft().node("Concat", inputs.stream().map(Value::name).toArray(String[]::new))
        .number("axis", first.axis(axis)), shape, first.order());
  }

  private static Value reshaped(Site site, List<Long> sizes) {
    Value x = site.draft().arranged(site.input(), Value.inOrder(site.input().rank()));
    long known = sizes.stream().filter(size -> size >= 0).reduce(1L, (a, b) -> a * b);
    long count = count(x);
    List<Long> shape = new ArrayList<>(List.of(Value.ANY));
    sizes.forEach(size -> shape.add(size >= 0 ? size : count == Value.ANY ? Value.ANY : count / known));
    long[] target = LongStream.concat(LongStream.of(0), sizes.stream().mapToLong(size -> size)).toArray();
    return site.end(site.reshaped(x, target), shape, Value.inOrder(shape.size()));
  }

  private static Value scaled(Site site, Scaling vertex) {
    Value x = site.input();
    boolean shifts = vertex.offset().values().stream().anyMatch(value -> value != 0);
    boolean scales = !shifts || vertex.scale().values().stream().anyMatch(value -> value != 1);
    String offset = shifts ? site.aligned(site.part("offset"), array(vertex.offset()), x) : null;
    if (!scales) {
      return site.end(site.draft().node("Add", x.name(), offset), x);
    }
    Draft.Node product =
        site.draft().node("Mul", x.name(), site.aligned(site.part("scale"), array(vertex.scale()), x));
    return site.end(shifts ? site.draft().node("Add", product.add(site.part("scaled")), offset) : product, x);
  }

  private static INDArray array(Scaling.Constant constant) {
    double[] values = constant.values().stream().mapToDouble(Double::doubleValue).toArray();
    long[] shape = constant.shape().stream().mapToLong(Long::longValue).toArray();
    return shape.length == 0 ? Nd4j.createFromArray(values) : Nd4j.createFromArray(values).reshape(shape);
  }

  private static Value selected(Site site, Selection vertex) {
    Value x = site.input();
    long[] positions = vertex.positions().stream().mapToLong(Integer::longValue).toArray();
    int place = x.axis(vertex.axis());
    return site.end(site.draft().node("Gather", x.name(), site.draft().constant(site.part("positions"), positions))
        .number("axis", place), x.withSizes(place, positions.length), x.order());
  }
}
