package org.resnet4j.engine.lower;

import static org.bytedeco.dnnl.global.dnnl.algorithm.eltwise_clip;
import static org.bytedeco.dnnl.global.dnnl.algorithm.eltwise_sqrt;
import static org.bytedeco.dnnl.global.dnnl.algorithm.eltwise_square;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.L2NormalizeVertex;
import org.deeplearning4j.nn.conf.graph.L2Vertex;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.graph.PoolHelperVertex;
import org.deeplearning4j.nn.conf.graph.PreprocessorVertex;
import org.deeplearning4j.nn.conf.graph.ReshapeVertex;
import org.deeplearning4j.nn.conf.graph.ScaleVertex;
import org.deeplearning4j.nn.conf.graph.ShiftVertex;
import org.deeplearning4j.nn.conf.graph.StackVertex;
import org.deeplearning4j.nn.conf.graph.SubsetVertex;
import org.deeplearning4j.nn.conf.graph.UnstackVertex;
import org.resnet4j.engine.node.Borders;
import org.resnet4j.engine.node.Combination;
import org.resnet4j.engine.node.Combination.Ranks;
import org.resnet4j.engine.node.Eltwise;
import org.resnet4j.engine.node.Join;
import org.resnet4j.engine.node.Part;
import org.resnet4j.engine.node.Permute;
import org.resnet4j.engine.node.Reduction;
import org.resnet4j.engine.node.Reshape;
import org.resnet4j.engine.node.Resize;
import org.resnet4j.engine.node.Selection;
import org.resnet4j.engine.plan.Value;
import org.resnet4j.zoo.layer.BroadcastMerge;
import org.resnet4j.zoo.layer.Concatenation;
import org.resnet4j.zoo.layer.Permutation;
import org.resnet4j.zoo.layer.Resampling;
import org.resnet4j.zoo.layer.Reshaping;
import org.resnet4j.zoo.layer.Scaling;

/** Vertices without parameters as nodes. */
final class Vertices {
  /** What DL4J's vertex takes for less in its gradient, unless it is told otherwise, which doesn't show. */
  private static final double LEAST_DISTANCE = 1e-8;
  /** By exact class: a subclass may compute something else. */
  private static final Map<Class<?>, BiFunction<Site, GraphVertex, Signal>> TABLE = table();

  private Vertices() {}

  private static Map<Class<?>, BiFunction<Site, GraphVertex, Signal>> table() {
    Map<Class<?>, BiFunction<Site, GraphVertex, Signal>> table = new HashMap<>();
    put(table, ElementWiseVertex.class, (site, vertex) -> merged(site, Ranks.EQUAL, switch (vertex.getOp()) {
      case Add -> BroadcastMerge.Kind.ADD;
      case Subtract -> BroadcastMerge.Kind.SUBTRACT;
      case Product -> BroadcastMerge.Kind.MULTIPLY;
      case Average -> BroadcastMerge.Kind.AVERAGE;
      case Max -> BroadcastMerge.Kind.MAXIMUM;
    }));
    put(table, BroadcastMerge.class, (site, vertex) -> merged(site, Ranks.ALIGNED, vertex.kind()));
    put(table, MergeVertex.class, (site, vertex) -> joined(site, vertex.getMergeAxis()));
    put(table, Concatenation.class, (site, vertex) -> joined(site, vertex.axis()));
    put(table, StackVertex.class, (site, vertex) -> joined(site, 0));
    put(table, UnstackVertex.class, (site, vertex) -> site.input().with(site.add(output ->
        new Part(site.input().value(), output, vertex.getFrom(), vertex.getStackSize()))));
    put(table, SubsetVertex.class, (site, vertex) ->
        selected(site, 1, IntStream.rangeClosed(vertex.getFrom(), vertex.getTo()).boxed().toList()));
    put(table, org.resnet4j.zoo.layer.Selection.class, (site, vertex) ->
        selected(site, vertex.axis(), vertex.positions()));
    put(table, ScaleVertex.class, (site, vertex) ->
        site.elementwise(site.input(), Eltwise.linear(vertex.getScaleFactor(), 0)));
    put(table, ShiftVertex.class, (site, vertex) ->
        site.elementwise(site.input(), Eltwise.linear(1, vertex.getShiftFactor())));
    put(table, Scaling.class, Vertices::scaled);
    put(table, L2NormalizeVertex.class, Vertices::normalised);
    put(table, L2Vertex.class, (site, vertex) -> distance(site));
    put(table, PreprocessorVertex.class, (site, vertex) -> Preprocessors.lower(site, vertex.getPreProcessor()));
    put(table, ReshapeVertex.class, Vertices::reshaped);
    put(table, Reshaping.class, (site, vertex) -> {
      Value x = site.asIs(site.input());
      long[] sizes = vertex.shape().stream().mapToLong(Long::longValue).toArray();
      return new Signal(site.add(output -> new Reshape(x, output, shape ->
          LongStream.concat(LongStream.of(shape[0]), Arrays.stream(sizes)).toArray())));
    });
    put(table, Permutation.class, Vertices::permuted);
    put(table, org.resnet4j.zoo.layer.Borders.class, (site, vertex) -> Windows.bordered(site,
        site.images(vertex.format()), vertex.top(), vertex.bottom(), vertex.left(), vertex.right()));
    put(table, PoolHelperVertex.class, (site, vertex) -> {
      Value x = site.asIs(site.input());
      return new Signal(site.add(output -> new Borders(x, output, List.of(0, 0, -1, -1), List.of(0, 0, 0, 0))));
    });
    put(table, Resampling.class, (site, vertex) -> {
      Signal x = site.images(vertex.format());
      return x.with(site.add(output -> new Resize(x.value(), output, vertex.kernel(), vertex.height(), vertex.width(),
          vertex.factors())));
    });
    return table;
  }

  private static <T extends GraphVertex> void put(Map<Class<?>, BiFunction<Site, GraphVertex, Signal>> table,
      Class<T> type, BiFunction<Site, T, Signal> nodes) {
    table.put(type, (site, vertex) -> nodes.apply(site, type.cast(vertex)));
  }

  /** @throws Unsupported for any other vertex */
  static Signal lower(Site site, GraphVertex vertex) {
    BiFunction<Site, GraphVertex, Signal> nodes = TABLE.get(vertex.getClass());
    if (nodes == null) {
      throw site.unsupported("vertex " + vertex.getClass().getSimpleName());
    }
    return nodes.apply(site, vertex);
  }

  private static Signal merged(Site site, Ranks ranks, BroadcastMerge.Kind kind) {
    Combination.Kind operation = switch (kind) {
      case ADD, AVERAGE -> Combination.Kind.ADD;
      case SUBTRACT -> Combination.Kind.SUBTRACT;
      case MULTIPLY -> Combination.Kind.MULTIPLY;
      case DIVIDE -> Combination.Kind.DIVIDE;
      case MAXIMUM -> Combination.Kind.MAXIMUM;
      case MINIMUM -> Combination.Kind.MINIMUM;
    };
    List<Signal> inputs = site.inOneOrder(ranks);
    Signal result = inputs.get(0);
    for (Signal input : inputs.subList(1, inputs.size())) {
      Signal left = result;
      result = left.with(site.add(output ->
          new Combination(operation, left.value(), input.value(), output, ranks, List.of())));
    }
    return kind != BroadcastMerge.Kind.AVERAGE ? result
        : site.elementwise(result, Eltwise.linear(1.0 / inputs.size(), 0));
  }

  private static Signal joined(Site site, int axis) {
    List<Signal> inputs = site.inOneOrder(Ranks.EQUAL);
    int place = inputs.get(0).axis(axis);
    return inputs.get(0).with(site.add(output -> new Join(inputs.stream().map(Signal::value).toList(), output, place)));
  }

  private static Signal selected(Site site, int axis, List<Integer> positions) {
    Signal x = site.input();
    return x.with(site.add(output -> new Selection(x.value(), output, x.axis(axis), positions)));
  }

  /** By numbers per channel where both are such, else by one array after the other. */
  private static Signal scaled(Site site, Scaling vertex) {
    Scaling.Constant scale = vertex.scale();
    Scaling.Constant offset = vertex.offset();
    if (scale.values().size() == 1 && offset.values().size() == 1) {
      return site.elementwise(site.input(), Eltwise.linear(scale.values().get(0), offset.values().get(0)));
    }
    List<Integer> axes = new ArrayList<>(varying(scale));
    axes.addAll(varying(offset));
    if (axes.stream().distinct().count() == 1) {
      int size = Math.max(scale.values().size(), offset.values().size());
      return Norms.affine(site, site.computed("scale", size, () -> repeated(scale, size)),
          site.computed("offset", size, () -> repeated(offset, size)), site.input().axis(axes.get(0)));
    }
    Signal product = combined(site, "scale", Combination.Kind.MULTIPLY, site.input(), scale, 1);
    return combined(site, "offset", Combination.Kind.ADD, product, offset, 0);
  }

  /** The axes along which numbers differ, counted from behind. */
  private static List<Integer> varying(Scaling.Constant constant) {
    int rank = constant.shape().size();
    return IntStream.range(0, rank).filter(axis -> constant.shape().get(axis) != 1).map(axis -> axis - rank).boxed()
        .toList();
  }

  private static float[] repeated(Scaling.Constant constant, int size) {
    return constant.values().size() == size ? floats(constant) : Norms.filled(size, constant.values().get(0));
  }

  private static float[] floats(Scaling.Constant constant) {
    float[] values = new float[constant.values().size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = constant.values().get(i).floatValue();
    }
    return values;
  }

  private static Signal combined(Site site, String name, Combination.Kind kind, Signal x, Scaling.Constant constant,
      double neutral) {
    return constant.values().stream().allMatch(value -> value == neutral) ? x
        : site.combined(kind, x, site.constant(name, x, constant.shape(), () -> floats(constant)));
  }

  /** x / max(|x|, epsilon), the length being that of each example. */
  private static Signal normalised(Site site, L2NormalizeVertex vertex) {
    int[] axes = vertex.getDimension();
    if (axes != null && axes.length > 0) {
      throw site.unsupported("vertex L2NormalizeVertex along axes " + Arrays.toString(axes));
    }
    return site.combined(Combination.Kind.DIVIDE, site.input(), length(site, site.input(), vertex.getEps()));
  }

  private static Signal distance(Site site) {
    List<Signal> inputs = site.inOneOrder(Ranks.EQUAL);
    Signal difference = inputs.get(0).with(site.add(output -> new Combination(Combination.Kind.SUBTRACT,
        inputs.get(0).value(), inputs.get(1).value(), output, Ranks.EQUAL, List.of())));
    return length(site, difference, site.trains() ? LEAST_DISTANCE : 0);
  }

  /** Of each example, [N, 1], and no less than epsilon: a root has no slope at 0. */
  private static Signal length(Site site, Signal x, double epsilon) {
    Signal squares = site.elementwise(x, new Eltwise(eltwise_square, 0, 0));
    Value rows = site.add(output -> new Reshape(squares.value(), output, shape -> new long[] {shape[0], -1}));
    Value sums = site.add(output -> new Reduction(Reduction.Kind.SUM, rows, output, List.of(1), true));
    Eltwise root = new Eltwise(eltwise_sqrt, 0, 0);
    return epsilon == 0 ? site.elementwise(new Signal(sums), root)
        : site.elementwise(new Signal(sums), new Eltwise(eltwise_clip,
            (float) Math.max(epsilon * epsilon, Float.MIN_NORMAL), Float.MAX_VALUE), root);
  }

  private static Signal reshaped(Site site, ReshapeVertex vertex) {
    if (vertex.getReshapeOrder() != 'c') {
      throw site.unsupported("vertex ReshapeVertex in order " + vertex.getReshapeOrder());
    }
    Value x = site.asIs(site.input());
    long[] sizes = IntStream.of(vertex.getNewShape()).asLongStream().toArray();
    return new Signal(site.add(output -> new Reshape(x, output, shape -> sizes)));
  }

  /** Nothing is moved: the axes' order is another. */
  private static Signal permuted(Site site, Permutation vertex) {
    List<Integer> axes = new ArrayList<>(List.of(0));
    axes.addAll(vertex.axes());
    Signal x = site.input();
    return x.order() == null ? new Signal(site.add(output -> new Permute(x.value(), output, axes)))
        : new Signal(x.value(), x.order().stream().map(axes::indexOf).toList());
  }
}
