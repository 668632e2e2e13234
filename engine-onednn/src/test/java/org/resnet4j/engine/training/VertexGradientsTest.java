package org.resnet4j.engine.training;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.L2NormalizeVertex;
import org.deeplearning4j.nn.conf.graph.L2Vertex;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.graph.PreprocessorVertex;
import org.deeplearning4j.nn.conf.graph.ReshapeVertex;
import org.deeplearning4j.nn.conf.graph.ScaleVertex;
import org.deeplearning4j.nn.conf.graph.ShiftVertex;
import org.deeplearning4j.nn.conf.graph.StackVertex;
import org.deeplearning4j.nn.conf.graph.SubsetVertex;
import org.deeplearning4j.nn.conf.graph.UnstackVertex;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.preprocessor.CnnToFeedForwardPreProcessor;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.resnet4j.engine.WithoutHelpers;
import org.resnet4j.zoo.layer.Borders;
import org.resnet4j.zoo.layer.BroadcastMerge;
import org.resnet4j.zoo.layer.ChannelsLastFlatten;
import org.resnet4j.zoo.layer.Concatenation;
import org.resnet4j.zoo.layer.Permutation;
import org.resnet4j.zoo.layer.PureActivation;
import org.resnet4j.zoo.layer.Resampling;
import org.resnet4j.zoo.layer.Reshaping;
import org.resnet4j.zoo.layer.Scaling;
import org.resnet4j.zoo.layer.Selection;

/** The gradients of each kind of vertex, in both layouts, are DL4J's. */
@ExtendWith(WithoutHelpers.class)
class VertexGradientsTest {
  private static final Map<String, Consumer<Sketch>> VERTICES = new TreeMap<>();

  static {
    merges();
    parts();
    shapes();
    scales();
    for (Resampling.Kernel kernel : Resampling.Kernel.values()) {
      VERTICES.put("resampling " + kernel + " by factors", net -> net.convolution(4)
          .vertex(new Resampling(kernel, 2, 3, true, net.format)).pixelwise(2));
      VERTICES.put("resampling " + kernel + " to a size", net -> net.convolution(4)
          .vertex(new Resampling(kernel, 5, 10, false, net.format)).pixelwise(2));
    }
  }

  private static MergeVertex merging(Sketch net) {
    MergeVertex vertex = new MergeVertex();
    vertex.setMergeAxis(channels(net));
    return vertex;
  }

  private static int channels(Sketch net) {
    return net.format == CNN2DFormat.NCHW ? 1 : 3;
  }

  private static Sketch one(Sketch net) {
    return net.convolution(4).then("a", new ActivationLayer(Activation.TANH));
  }

  /** Vertices "a" and "b" of one shape. */
  private static Sketch two(Sketch net) {
    return one(net).from("image").convolution(4)
        .then("b", new ActivationLayer(Activation.SIGMOID));
  }

  /** The last vertex, which had [4, H, W], as [4, 1, 1]. */
  private static Sketch squeezed(Sketch net) {
    return net.then(new GlobalPoolingLayer(PoolingType.AVG)).vertex(new Reshaping(
        net.format == CNN2DFormat.NCHW ? List.of(4L, 1L, 1L) : List.of(1L, 1L, 4L), net.format));
  }

  private static void merges() {
    for (ElementWiseVertex.Op op : ElementWiseVertex.Op.values()) {
      VERTICES.put("element-wise " + op, net -> two(net).join(new ElementWiseVertex(op), "a", "b").pixelwise(3));
      VERTICES.put("element-wise " + op + " of one array twice", net -> one(net)
          .join(new ElementWiseVertex(op), "a", "a"));
      if (op != ElementWiseVertex.Op.Subtract) {
        VERTICES.put("element-wise " + op + " of three", net -> two(net).from("image").convolution(4)
            .then("d", new PureActivation(Activation.SOFTSIGN.getActivationFunction()))
            .join(new ElementWiseVertex(op), "a", "b", "d"));
      }
    }
    for (BroadcastMerge.Kind kind : BroadcastMerge.Kind.values()) {
      VERTICES.put("broadcast " + kind, net -> two(net).join(new BroadcastMerge(kind), "a", "b"));
      VERTICES.put("broadcast " + kind + " of channels", net -> channelwise(net, kind, "a", "wide"));
      VERTICES.put("broadcast " + kind + " of channels first", net -> channelwise(net, kind, "wide", "a"));
    }
    VERTICES.put("squeeze and excitation", net -> squeezed(one(net)).pixelwise(2)
        .then(new ActivationLayer(Activation.RELU)).pixelwise(4).then("scale", new ActivationLayer(Activation.SIGMOID))
        .join(new BroadcastMerge(BroadcastMerge.Kind.MULTIPLY), "a", "scale").convolution(3));
    VERTICES.put("one array, several readers", net -> two(net).join(new ElementWiseVertex(
        ElementWiseVertex.Op.Add), "a", "b").with(sum -> sum.join(merging(net), "a", sum.last(), "b"))
        .convolution(4).with(more -> more.join(new ElementWiseVertex(ElementWiseVertex.Op.Add), more.last(), "a")));
  }

  /** "wide", [4, 1, 1], and "a", [4, 8, 7]. */
  private static Sketch channelwise(Sketch net, BroadcastMerge.Kind kind, String left, String right) {
    return squeezed(net.convolution(4)).then("wide", new PureActivation(Activation.SIGMOID.getActivationFunction()))
        .from("image").convolution(4).then("a", new PureActivation(Activation.SIGMOID.getActivationFunction()))
        .join(new BroadcastMerge(kind), left, right).pixelwise(3);
  }

  private static void parts() {
    VERTICES.put("merge", net -> two(net).join(merging(net), "a", "b", "a").pixelwise(3));
    VERTICES.put("concatenation of channels", net -> two(net).join(new Concatenation(channels(net)), "a", "b"));
    VERTICES.put("concatenation of rows", net -> two(net).join(new Concatenation(2), "a", "b").pixelwise(3));
    VERTICES.put("stack and unstack", net -> two(net).join(new StackVertex(), "a", "b").pixelwise(3)
        .with(stack -> stack.vertex(new UnstackVertex(1, 2))));
    VERTICES.put("subset", net -> net.dense(9).vertex(new SubsetVertex(2, 6)));
    VERTICES.put("selection of channels", net -> net.convolution(7)
        .vertex(new Selection(channels(net), List.of(5, 6, 0, 2, 3))).pixelwise(3));
    VERTICES.put("selection with repeated positions", net -> net.convolution(4)
        .vertex(new Selection(channels(net), List.of(3, 0, 1, 0, 1, 3))).pixelwise(3));
    VERTICES.put("selection of one row", net -> net.convolution(4).vertex(new Selection(2, List.of(4))));
    VERTICES.put("borders", net -> net.convolution(4).vertex(new Borders(2, 1, 0, 3, net.format)).pixelwise(3));
    VERTICES.put("borders cut off", net -> net.convolution(4).vertex(new Borders(-2, 1, -1, -3, net.format))
        .pixelwise(3));
  }

  private static void shapes() {
    VERTICES.put("reshape vertex", net -> net.convolution(4).then(new GlobalPoolingLayer(PoolingType.AVG))
        .vertex(new ReshapeVertex('c', new int[] {-1, 2, 2}, null)).vertex(new ReshapeVertex('c', new int[] {-1, 4},
            null)));
    VERTICES.put("reshaping", net -> net.convolution(4).vertex(new Reshaping(List.of(14L, 4L, 4L), net.format))
        .pixelwise(2));
    VERTICES.put("permutation", net -> net.convolution(4).vertex(new Permutation(List.of(3, 1, 2))).pixelwise(2));
    VERTICES.put("flattening", net -> net.convolution(4).vertex(new PreprocessorVertex(
        new CnnToFeedForwardPreProcessor(8, 7, 4, net.format))).dense(3));
    VERTICES.put("flattening channels last", net -> net.convolution(4).vertex(new PreprocessorVertex(
        new ChannelsLastFlatten(8, 7, 4, net.format))).dense(3));
  }

  private static void scales() {
    VERTICES.put("scale", net -> net.convolution(4).vertex(new ScaleVertex(-1.7)).pixelwise(2));
    VERTICES.put("shift", net -> net.convolution(4).vertex(new ShiftVertex(0.7)).then(
        new ActivationLayer(Activation.RELU)));
    VERTICES.put("scaling", net -> net.convolution(4).vertex(new Scaling(Scaling.Constant.of(0.3),
        Scaling.Constant.of(-0.2))).then(new ActivationLayer(Activation.RELU)));
    VERTICES.put("scaling by last axis", net -> net.convolution(net.format == CNN2DFormat.NCHW ? 4 : 7)
        .vertex(new Scaling(new Scaling.Constant(List.of(1., -2., 3., 0.5, 0.1, 2., 0.7), List.of(7L)),
            Scaling.Constant.of(0.1))).pixelwise(2));
    VERTICES.put("scaling by two axes", net -> net.convolution(net.format == CNN2DFormat.NCHW ? 4 : 2)
        .vertex(net.format == CNN2DFormat.NCHW ? twoAxes(8, 7) : twoAxes(7, 2)).pixelwise(2));
    VERTICES.put("length of one", net -> net.convolution(4).vertex(new L2NormalizeVertex()).pixelwise(2));
    VERTICES.put("length of one, vectors", net -> net.dense(6).vertex(new L2NormalizeVertex()).dense(3));
    VERTICES.put("length of one, of nothing", net -> net.dense(6).vertex(new ScaleVertex(0))
        .vertex(new L2NormalizeVertex()).dense(3));
    VERTICES.put("distance", net -> two(net).join(new L2Vertex(), "a", "b").dense(3));
    VERTICES.put("distance of nothing", net -> one(net).join(new L2Vertex(), "a", "a").dense(3));
  }

  private static GraphVertex twoAxes(long height, long width) {
    List<Double> values = Stream.iterate(0.5, value -> -value * 1.05).limit(height * width).toList();
    return new Scaling(new Scaling.Constant(values, List.of(height, width)), Scaling.Constant.of(0.1));
  }

  static Stream<String> vertices() {
    return VERTICES.keySet().stream();
  }

  @ParameterizedTest
  @MethodSource("vertices")
  void gradientsAreDl4js(String name) {
    TrainingStep.compareBothLayouts(name, VERTICES.get(name));
  }
}
