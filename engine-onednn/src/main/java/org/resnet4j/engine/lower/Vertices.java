package org.resnet4j.engine.lower;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.preprocessor.CnnToFeedForwardPreProcessor;
import org.resnet4j.engine.node.Combination;
import org.resnet4j.engine.node.Elementwise;
import org.resnet4j.engine.node.Eltwise;
import org.resnet4j.engine.node.Join;
import org.resnet4j.engine.node.Reshape;
import org.resnet4j.engine.plan.Value;
import org.resnet4j.zoo.layer.BroadcastMerge;
import org.resnet4j.zoo.layer.ChannelsLastFlatten;
import org.resnet4j.zoo.layer.Concatenation;

/** Vertices without parameters as nodes, and what stands before a layer. */
final class Vertices {
  /** By exact class: a subclass may compute something else. */
  private static final Map<Class<?>, BiFunction<Site, GraphVertex, Signal>> TABLE = table();

  private Vertices() {}

  private static Map<Class<?>, BiFunction<Site, GraphVertex, Signal>> table() {
    Map<Class<?>, BiFunction<Site, GraphVertex, Signal>> table = new HashMap<>();
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

  /** What stands before a layer. */
  static Signal preprocessed(Site site, InputPreProcessor preprocessor) {
    if (preprocessor instanceof ChannelsLastFlatten || preprocessor.getClass() == CnnToFeedForwardPreProcessor.class) {
      Value x = site.asIs(site.input());
      return new Signal(site.add(output -> new Reshape(x, output, shape -> new long[] {shape[0], -1})));
    }
    throw site.unsupported("preprocessor " + preprocessor.getClass().getSimpleName());
  }

  private static Signal merged(Site site, BroadcastMerge.Kind kind) {
    Combination.Kind operation = switch (kind) {
      case ADD, AVERAGE -> Combination.Kind.ADD;
      case SUBTRACT -> Combination.Kind.SUBTRACT;
      case MULTIPLY -> Combination.Kind.MULTIPLY;
      case DIVIDE -> Combination.Kind.DIVIDE;
      case MAXIMUM -> Combination.Kind.MAXIMUM;
      case MINIMUM -> Combination.Kind.MINIMUM;
    };
    List<Signal> inputs = site.inOneOrder();
    Value result = inputs.get(0).value();
    for (Signal input : inputs.subList(1, inputs.size())) {
      Value left = result;
      result = site.add(output -> new Combination(operation, left, input.value(), output, List.of()));
    }
    if (kind == BroadcastMerge.Kind.AVERAGE) {
      Value sum = result;
      result = site.add(output -> new Elementwise(sum, output, List.of(Eltwise.linear(1.0 / inputs.size(), 0))));
    }
    return inputs.get(0).with(result);
  }

  private static Signal joined(Site site, int axis) {
    List<Signal> inputs = site.inOneOrder();
    int place = inputs.get(0).axis(axis);
    return inputs.get(0).with(site.add(output -> new Join(inputs.stream().map(Signal::value).toList(), output, place)));
  }
}
