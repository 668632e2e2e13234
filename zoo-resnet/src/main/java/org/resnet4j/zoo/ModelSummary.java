package org.resnet4j.zoo;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.deeplearning4j.nn.api.ParamInitializer;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BaseOutputLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.resnet4j.zoo.layer.BetaOnlyBatchNormalization;
import org.resnet4j.zoo.layer.FrozenBatchNormalization;
import org.resnet4j.zoo.layer.GroupedConvolution;

/**
 * What every vertex of a graph gives, holds and costs, for one image.
 *
 * @param vertices in topological order
 */
public record ModelSummary(List<Vertex> vertices) {

  /**
   * One vertex.
   *
   * @param name of the vertex
   * @param kind its layer's or vertex's type
   * @param shape of its output without the batch, in the graph's own layout, such as {@code 64x56x56}
   * @param trainableParameters that training changes; running statistics and frozen layers don't count
   * @param multiplyAdds multiplications with an addition in its convolution or dense product
   */
  public record Vertex(String name, String kind, String shape, long trainableParameters, long multiplyAdds) {
    /** {@code stem}, {@code stage1} and on, or {@code head} for all that follows. */
    String group() {
      int underscore = name.indexOf('_');
      String prefix = underscore < 0 ? name : name.substring(0, underscore);
      return prefix.matches("stem|stage\\d+") ? prefix : "head";
    }
  }

  /** Parameters and multiply-adds of a group of vertices. */
  public record Totals(long trainableParameters, long multiplyAdds) {
    Totals plus(Totals other) {
      return new Totals(trainableParameters + other.trainableParameters, multiplyAdds + other.multiplyAdds);
    }
  }

  /** The summary of a zoo model; no weights are made. */
  public static ModelSummary of(ResNet model) {
    return of(model.configuration(), model.inputType());
  }

  /** The summary of a graph of this zoo's layers with one input of the given type; no weights are made. */
  public static ModelSummary of(ComputationGraphConfiguration graph, InputType input) {
    // A copy, since DL4J writes input sizes into what it is asked about.
    ComputationGraphConfiguration configuration = graph.clone();
    Map<String, InputType> types = configuration.getLayerActivationTypes(true, input);
    List<Vertex> vertices = new ArrayList<>();
    // The types come in topological order.
    types.forEach((name, type) -> {
      if (configuration.getVertices().get(name) instanceof LayerVertex vertex) {
        Layer layer = vertex.getLayerConf().getLayer();
        vertices.add(new Vertex(name, layer.getClass().getSimpleName(), shape(type),
            trainableParameters(vertex.getLayerConf(), layer), multiplyAdds(layer, type)));
      } else if (configuration.getVertices().containsKey(name)) {
        vertices.add(
            new Vertex(name, configuration.getVertices().get(name).getClass().getSimpleName(), shape(type), 0, 0));
      }
    });
    return new ModelSummary(List.copyOf(vertices));
  }

  private static String shape(InputType type) {
    long[] shape = type.getShape(false);
    StringBuilder text = new StringBuilder();
    for (long size : shape) {
      text.append(text.isEmpty() ? "" : "x").append(size);
    }
    return text.toString();
  }

  private static long trainableParameters(NeuralNetConfiguration configuration, Layer layer) {
    if (layer instanceof FrozenLayer || layer instanceof FrozenBatchNormalization) {
      return 0;
    }
    if (layer instanceof BatchNormalization norm) {
      return norm.getNOut() * (layer instanceof BetaOnlyBatchNormalization ? 1 : 2);
    }
    ParamInitializer initializer = layer.initializer();
    return initializer == null ? 0 : initializer.numParams(configuration);
  }

  private static long multiplyAdds(Layer layer, InputType output) {
    Layer bare = layer instanceof FrozenLayer frozen ? frozen.getLayer() : layer;
    if (bare instanceof ConvolutionLayer convolution && output instanceof InputType.InputTypeConvolutional image) {
      int groups = bare instanceof GroupedConvolution grouped ? grouped.getGroups() : 1;
      int[] kernel = convolution.getKernelSize();
      return image.getHeight() * image.getWidth() * convolution.getNOut() * (convolution.getNIn() / groups)
          * kernel[0] * kernel[1];
    }
    boolean dense = bare instanceof DenseLayer || bare instanceof BaseOutputLayer;
    return dense ? ((FeedForwardLayer) bare).getNIn() * ((FeedForwardLayer) bare).getNOut() : 0;
  }

  /** Trainable parameters of all vertices. */
  public long trainableParameters() {
    return total().trainableParameters();
  }

  /** Multiply-adds of all vertices for one image. */
  public long multiplyAdds() {
    return total().multiplyAdds();
  }

  private Totals total() {
    return perStage().values().stream().reduce(new Totals(0, 0), Totals::plus);
  }

  /** Totals of {@code stem}, {@code stage1} and on, and {@code head}. */
  public Map<String, Totals> perStage() {
    Map<String, Totals> totals = new LinkedHashMap<>();
    for (Vertex vertex : vertices) {
      totals.merge(vertex.group(), new Totals(vertex.trainableParameters(), vertex.multiplyAdds()), Totals::plus);
    }
    return totals;
  }

  /** A table: every vertex, then every stage, then the totals. */
  @Override
  public String toString() {
    String row = "%-34s %-28s %14s %14s %18s%n";
    StringBuilder text = new StringBuilder();
    text.append(String.format(Locale.ROOT, row, "vertex", "kind", "output", "parameters", "multiply-adds"));
    for (Vertex v : vertices) {
      text.append(String.format(Locale.ROOT, row, v.name(), v.kind(), v.shape(), grouped(v.trainableParameters()),
          grouped(v.multiplyAdds())));
    }
    text.append(System.lineSeparator());
    perStage().forEach((stage, totals) -> text.append(String.format(Locale.ROOT, row, stage, "", "",
        grouped(totals.trainableParameters()), grouped(totals.multiplyAdds()))));
    text.append(String.format("%nTotal trainable parameters: %s%nMultiply-adds: %s%n",
        grouped(trainableParameters()), grouped(multiplyAdds())));
    return text.toString();
  }

  private static String grouped(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }
}
