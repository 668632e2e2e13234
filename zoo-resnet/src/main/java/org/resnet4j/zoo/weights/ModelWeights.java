package org.resnet4j.zoo.weights;

import static org.resnet4j.zoo.weights.WeightsException.quote;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.deeplearning4j.nn.conf.layers.BaseOutputLayer;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.Deconvolution2D;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DepthwiseConvolution2D;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.deeplearning4j.nn.params.BatchNormalizationParamInitializer;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;
import org.resnet4j.zoo.layer.BetaOnlyBatchNormalization;
import org.resnet4j.zoo.weights.WeightsException.Reason;

/**
 * A graph's parameters under canonical names, {@code <vertex>.<tensor>}, in PyTorch's layouts.
 *
 * <p>Convolutions: {@code weight} [out, in / groups, kH, kW], {@code bias} [out]; dense and output layers:
 * {@code weight} [out, in] (DL4J's W transposed), {@code bias} [out]; norms: {@code weight}, {@code bias},
 * {@code running_mean}, {@code running_var} [C], each where the layer has it. A {@link BetaOnlyBatchNormalization} has
 * no {@code weight}: its gamma is 1. Where DL4J keeps the logarithm of the deviation, the variance is rounded on its way.
 * Frozen layers have their inner layer's names; parameters of other layers keep DL4J's key and shape.
 */
public final class ModelWeights {
  /** How many names an error lists. */
  private static final int LISTED = 5;

  private static final String GAMMA = BatchNormalizationParamInitializer.GAMMA;
  private static final String LOG10_OF_DEVIATION = BatchNormalizationParamInitializer.GLOBAL_LOG_STD;
  private static final List<String> KEY_ORDER =
      List.of("W", GAMMA, "b", "beta", "mean", "var", LOG10_OF_DEVIATION);

  private ModelWeights() {}

  /** How DL4J keeps a tensor. */
  private enum Form {
    AS_IS, TRANSPOSED, LOGARITHM;

    INDArray canonical(INDArray view) {
      return switch (this) {
        case AS_IS -> view.dup('c');
        case TRANSPOSED -> view.transpose().dup('c');
        case LOGARITHM -> Transforms.exp(view.mul(2 * Math.log(10)), false);
      };
    }

    /** What {@link #canonical} turns into the tensor; shares its values where it can. */
    INDArray own(INDArray tensor) {
      return switch (this) {
        case AS_IS -> tensor;
        case TRANSPOSED -> tensor.transpose();
        case LOGARITHM -> Transforms.log(tensor, true).div(2 * Math.log(10));
      };
    }
  }

  /** A parameter: a view of the graph's flat array. */
  private record Parameter(String vertex, String tensor, INDArray view, Form form) {
    long[] shape() {
      return form == Form.TRANSPOSED ? new long[] {view.size(1), view.size(0)} : view.shape().clone();
    }

    /** The smallest value that a network can use. */
    float least() {
      if (form == Form.LOGARITHM) {
        return Float.MIN_NORMAL;
      }
      return tensor.equals("running_var") ? 0 : -Float.MAX_VALUE;
    }
  }

  /** Each tensor's name and shape, in the graph's order. */
  public static Map<String, long[]> shapes(ComputationGraph graph) {
    Map<String, long[]> shapes = new LinkedHashMap<>();
    parameters(graph).forEach((name, parameter) -> shapes.put(name, parameter.shape()));
    return shapes;
  }

  /**
   * Copies of all parameters, BN statistics among them.
   *
   * @throws WeightsException if the gamma of a {@link BetaOnlyBatchNormalization} isn't 1: it would be lost
   */
  public static Map<String, INDArray> export(ComputationGraph graph) {
    checkGammas(graph);
    Map<String, INDArray> tensors = new LinkedHashMap<>();
    parameters(graph).forEach((name, parameter) -> tensors.put(name, parameter.form.canonical(parameter.view)));
    return tensors;
  }

  /** The graph's parameters as they are when read, copied one at a time. */
  public static TensorSource source(ComputationGraph graph) {
    Map<String, Parameter> parameters = parameters(graph);
    return new TensorSource() {
      @Override
      public String name() {
        return "the graph";
      }

      @Override
      public Map<String, long[]> shapes() {
        return ModelWeights.shapes(graph);
      }

      @Override
      public INDArray read(String tensor) {
        Parameter parameter = parameters.get(tensor);
        if (parameter == null) {
          throw new WeightsException(Reason.NO_SUCH_TENSOR, name(), "a parameter's name", quote(tensor));
        }
        return parameter.form.canonical(parameter.view);
      }
    };
  }

  /** Sets all parameters: {@link #load(ComputationGraph, TensorSource, Set)} without exceptions. */
  public static void load(ComputationGraph graph, TensorSource source) {
    load(graph, source, Set.of());
  }

  /**
   * Sets the graph's parameters in place, from exactly these tensors.
   *
   * <p>All are read and checked before the first is written; then each is read again, so that only one at a time is in
   * memory beside the graph's.
   *
   * @param except vertices that keep their parameters, and whose tensors in the source, if any, are left unread: a new
   *     head on trained layers
   * @throws WeightsException if a tensor is missing or left over, has another shape, or holds NaN, an infinity or a
   *     negative variance; the graph is then unchanged
   */
  public static void load(ComputationGraph graph, TensorSource source, Set<String> except) {
    Map<String, Parameter> parameters = parameters(graph);
    Set<String> unknown = new TreeSet<>(except);
    parameters.values().forEach(parameter -> unknown.remove(parameter.vertex));
    if (!unknown.isEmpty()) {
      throw new WeightsException(Reason.NO_SUCH_VERTEX, "the graph", "vertices with parameters", list(unknown));
    }
    parameters.values().removeIf(parameter -> except.contains(parameter.vertex));
    Map<String, long[]> found = source.shapes();
    found.keySet().removeIf(name -> except.stream().anyMatch(vertex -> name.startsWith(vertex + ".")));
    checkNames(parameters, found, source);
    checkShapes(parameters, found, source);

    parameters.forEach((name, parameter) -> checked(source, name, parameter).close());
    parameters.forEach((name, parameter) -> {
      try (INDArray tensor = checked(source, name, parameter)) {
        parameter.view.assign(parameter.form.own(tensor));
      }
    });
    // A graph built for loading holds zeros until now.
    fixedGammas(graph).forEach((vertex, gamma) -> {
      if (!except.contains(vertex)) {
        gamma.assign(1);
      }
    });
  }

  /** Throws where {@link #load} would refuse or change the graph's own parameters. */
  static void checkValues(ComputationGraph graph) {
    checkGammas(graph);
    TensorSource source = source(graph);
    parameters(graph).forEach((name, parameter) -> checked(source, name, parameter).close());
  }

  private static void checkGammas(ComputationGraph graph) {
    fixedGammas(graph).forEach((vertex, gamma) -> {
      if (!gamma.equals(Nd4j.onesLike(gamma))) {
        throw new WeightsException(Reason.VALUE, "the graph", "gamma 1 in the norm without gamma " + quote(vertex),
            gamma.toString());
      }
    });
  }

  private static void checkNames(Map<String, Parameter> parameters, Map<String, long[]> found, TensorSource source) {
    Set<String> missing = new LinkedHashSet<>(parameters.keySet());
    missing.removeAll(found.keySet());
    Set<String> unexpected = new LinkedHashSet<>(found.keySet());
    unexpected.removeAll(parameters.keySet());
    if (!missing.isEmpty() || !unexpected.isEmpty()) {
      throw new WeightsException(Reason.TENSORS_DIFFER, source.name(),
          "the graph's " + parameters.size() + " tensors",
          "missing: " + list(missing) + "; unexpected: " + list(unexpected));
    }
  }

  private static void checkShapes(Map<String, Parameter> parameters, Map<String, long[]> found, TensorSource source) {
    List<String> expected = new ArrayList<>();
    List<String> differing = new ArrayList<>();
    parameters.forEach((name, parameter) -> {
      if (!Arrays.equals(parameter.shape(), found.get(name))) {
        expected.add(name + " " + Arrays.toString(parameter.shape()));
        differing.add(Arrays.toString(found.get(name)));
      }
    });
    if (!expected.isEmpty()) {
      throw new WeightsException(Reason.SHAPES_DIFFER, source.name(), list(expected), list(differing));
    }
  }

  private static INDArray checked(TensorSource source, String name, Parameter parameter) {
    INDArray tensor = source.read(name);
    checkValues(source, name, tensor, parameter.least());
    return tensor;
  }

  private static void checkValues(TensorSource source, String name, INDArray tensor, float least) {
    try {
      FloatChunks.forEach(tensor, values -> {
        for (float value : values) {
          if (!(value >= least && value <= Float.MAX_VALUE)) {
            throw new WeightsException(Reason.VALUE, source.name(), "finite numbers from " + least + " in tensor "
                + quote(name), String.valueOf(value));
          }
        }
      });
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
  }

  private static String list(Collection<String> names) {
    String listed = names.stream().limit(LISTED).map(WeightsException::quote).collect(Collectors.joining(", "));
    String more = names.size() > LISTED ? " and " + (names.size() - LISTED) + " more" : "";
    return names.isEmpty() ? "none" : listed + more;
  }

  private static Map<String, Parameter> parameters(ComputationGraph graph) {
    Map<String, Parameter> parameters = new LinkedHashMap<>();
    for (GraphVertex vertex : vertices(graph)) {
      Layer layer = layer(vertex);
      vertex.paramTable(false).entrySet().stream()
          .filter(entry -> !isFixed(layer, entry.getKey()))
          .sorted(Comparator.comparingInt(entry -> position(entry.getKey())))
          .forEach(entry -> {
            String tensor = canonicalKey(layer, entry.getKey());
            String name = vertex.getVertexName() + "." + tensor;
            Form form = form(layer, entry.getKey(), entry.getValue());
            Parameter parameter = new Parameter(vertex.getVertexName(), tensor, entry.getValue(), form);
            if (parameters.put(name, parameter) != null) {
              throw new WeightsException(Reason.NAME_TWICE, "the graph", "one parameter", "two named " + quote(name));
            }
          });
    }
    return parameters;
  }

  /** By vertex. */
  private static Map<String, INDArray> fixedGammas(ComputationGraph graph) {
    Map<String, INDArray> gammas = new LinkedHashMap<>();
    for (GraphVertex vertex : vertices(graph)) {
      if (isFixed(layer(vertex), GAMMA)) {
        gammas.put(vertex.getVertexName(), vertex.paramTable(false).get(GAMMA));
      }
    }
    return gammas;
  }

  private static boolean isFixed(Layer layer, String key) {
    return layer instanceof BetaOnlyBatchNormalization && key.equals(GAMMA);
  }

  private static List<GraphVertex> vertices(ComputationGraph graph) {
    if (graph.getVertices() == null) {
      throw new WeightsException(Reason.GRAPH_NOT_INITIALIZED, "the graph", "initialised parameters", "none");
    }
    return Arrays.stream(graph.getVertices()).filter(vertex -> vertex.paramTable(false) != null).toList();
  }

  private static Layer layer(GraphVertex vertex) {
    return vertex.hasLayer() ? GraphConfiguration.unwrap(vertex.getLayer().conf().getLayer()) : null;
  }

  /** Weight before bias before statistics: DL4J's own order differs from layer to layer. */
  private static int position(String key) {
    int position = KEY_ORDER.indexOf(key);
    return position < 0 ? KEY_ORDER.size() : position;
  }

  private static String canonicalKey(Layer layer, String key) {
    return switch (key) {
      case "W" -> isDense(layer) || isConvolution(layer) ? "weight" : key;
      case "b" -> isDense(layer) || isConvolution(layer) ? "bias" : key;
      case GAMMA -> "weight";
      case "beta" -> "bias";
      case "mean" -> "running_mean";
      case "var", LOG10_OF_DEVIATION -> "running_var";
      default -> key;
    };
  }

  private static Form form(Layer layer, String key, INDArray view) {
    if (key.equals(LOG10_OF_DEVIATION)) {
      return Form.LOGARITHM;
    }
    return key.equals("W") && isDense(layer) && view.rank() == 2 ? Form.TRANSPOSED : Form.AS_IS;
  }

  private static boolean isDense(Layer layer) {
    return layer instanceof DenseLayer || layer instanceof BaseOutputLayer;
  }

  /** Whether W is [out, in / groups, kH, kW]: a depthwise or transposed convolution's isn't. */
  private static boolean isConvolution(Layer layer) {
    return layer instanceof ConvolutionLayer
        && !(layer instanceof DepthwiseConvolution2D) && !(layer instanceof Deconvolution2D);
  }
}
