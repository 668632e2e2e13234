package org.resnet4j.engine.training;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.resnet4j.engine.EngineOptions;
import org.resnet4j.engine.FastComputationGraph;
import org.resnet4j.engine.OneDnn;
import org.resnet4j.engine.Precision;

/**
 * What a network gives its updater for a batch.
 *
 * @param names of the parameters that train
 * @param gradients of all parameters
 */
public record TrainingStep(double score, Set<String> names, Map<String, INDArray> gradients) {
  public static final EngineOptions FLOATS = EngineOptions.standard().withThreads(1);
  static final EngineOptions NARROW = FLOATS.withPrecision(Precision.BFLOAT16);
  /** Of a score, relative. */
  private static final double SCORE = 1e-5;
  /** Of a tensor's gradient, as a part of its length. */
  private static final double FLOAT32 = 1e-3;
  /**
   * A tensor with gradients smaller than this part of the network's has none in truth (a bias before a batch norm,
   * say): what is computed for it is rounding.
   */
  private static final double NOTHING = 1e-5;
  /** Where a maximum or a sign is another, a gradient goes elsewhere. */
  private static final double BFLOAT16 = 0.3;
  private static final double BFLOAT16_SCORE = 1e-2;
  /** A step by which a slope is measured. */
  private static final double SMALL = 1e-4;

  public static TrainingStep of(ComputationGraph graph, MultiDataSet data) {
    graph.setInputs(copies(data.getFeatures()));
    graph.setLabels(copies(data.getLabels()));
    graph.setLayerMaskArrays(null, copies(data.getLabelsMaskArrays()));
    graph.computeGradientAndScore();
    graph.clearLayerMaskArrays();
    Set<String> names = new TreeSet<>(graph.gradient().gradientForVariable().keySet());
    // DL4J gives gradients of what a layer has not, where it has them fixed.
    names.retainAll(graph.paramTable().keySet());
    return new TrainingStep(graph.score(), names, parts(graph));
  }

  /** DL4J's in float64. */
  public static TrainingStep exact(ComputationGraph graph, MultiDataSet data) {
    return of(graph.convertDataType(DataType.DOUBLE), new MultiDataSet(doubles(data.getFeatures()),
        doubles(data.getLabels())));
  }

  private static INDArray[] doubles(INDArray... arrays) {
    return Arrays.stream(arrays).map(array -> array.castTo(DataType.DOUBLE)).toArray(INDArray[]::new);
  }

  /** Each parameter's part of the flat array. */
  private static Map<String, INDArray> parts(ComputationGraph graph) {
    INDArray flat = graph.getFlattenedGradients();
    Map<String, INDArray> parts = new LinkedHashMap<>();
    graph.paramTable().forEach((name, parameter) -> {
      long offset = parameter.offset() - graph.params().offset();
      parts.put(name,
          flat.reshape(flat.length()).get(NDArrayIndex.interval(offset, offset + parameter.length())).dup());
    });
    return parts;
  }

  /** Not DL4J's own, which doesn't know that masks can be missing. */
  static MultiDataSet copy(MultiDataSet data) {
    return new MultiDataSet(copies(data.getFeatures()), copies(data.getLabels()), copies(data.getFeaturesMaskArrays()),
        copies(data.getLabelsMaskArrays()));
  }

  private static INDArray[] copies(INDArray... arrays) {
    return arrays == null ? null
        : Arrays.stream(arrays).map(array -> array == null ? null : array.dup()).toArray(INDArray[]::new);
  }

  /** A copy of the network on the engine; {@link #onEngine} sees that it does the work. */
  static FastComputationGraph wrapped(ComputationGraph graph, EngineOptions options) {
    // Not clone(), which forgets settings of vertices such as the axis of MergeVertex.
    ComputationGraph copy = new ComputationGraph(graph.getConfiguration());
    copy.init(graph.params().dup(), false);
    FastComputationGraph fast = OneDnn.wrap(copy, options);
    fast.profile();
    return fast;
  }

  /** A step that DL4J has no part in but the loss. */
  static TrainingStep onEngine(FastComputationGraph fast, MultiDataSet data) {
    TrainingStep step = of(fast, data);
    assertFalse(fast.profiled().isEmpty(), "DL4J trains this network");
    return step;
  }

  /** The engine's step on a copy of the network. */
  public static TrainingStep onEngine(ComputationGraph graph, EngineOptions options, MultiDataSet data) {
    FastComputationGraph fast = wrapped(graph, options);
    try {
      return onEngine(fast, data);
    } finally {
      fast.close();
    }
  }

  /** DL4J's and the engine's step on a batch are one. */
  static void compare(String what, ComputationGraph graph, MultiDataSet data) {
    TrainingStep expected = of(graph, data);
    onEngine(graph, FLOATS, data).assertIs(what, expected);
  }

  /** The engine's gradient of one tensor, and how DL4J's score in float64 changes with each of its numbers. */
  static void compareWithSlopes(String what, ComputationGraph graph, MultiDataSet data, String tensor) {
    ComputationGraph exact = graph.convertDataType(DataType.DOUBLE);
    INDArray parameter = exact.getParam(tensor);
    double[] slopes = new double[(int) parameter.length()];
    for (int i = 0; i < slopes.length; i++) {
      double before = parameter.getDouble(i);
      parameter.putScalar(i, before + SMALL);
      double above = sum(exact, data);
      parameter.putScalar(i, before - SMALL);
      slopes[i] = (above - sum(exact, data)) / (2 * SMALL);
      parameter.putScalar(i, before);
    }
    double error = error(Nd4j.createFromArray(slopes), onEngine(graph, FLOATS, data).gradients.get(tensor), 0);
    assertTrue(error <= FLOAT32, what + ": gradient of " + tensor + " is off by " + error);
  }

  /** Gradients are those of the sum over the batch. */
  private static double sum(ComputationGraph graph, MultiDataSet data) {
    INDArray[] features = doubles(data.getFeatures());
    return graph.score(new MultiDataSet(features, doubles(data.getLabels())), true) * features[0].size(0);
  }

  /** A network with the vertices given, in NCHW and in NHWC; in bfloat16, too. */
  static void compareBothLayouts(String name, Consumer<Sketch> vertices) {
    assertAll(name, Stream.of(CNN2DFormat.values()).map(format -> () -> {
      Sketch net = new Sketch(format);
      vertices.accept(net);
      ComputationGraph graph = net.classes();
      MultiDataSet data = net.batch(5);
      TrainingStep expected = of(graph, data);
      onEngine(graph, FLOATS, data).assertIs(name + " " + format, expected);
      onEngine(graph, NARROW, data).assertNear(name + " " + format + " bfloat16", expected);
    }));
  }

  /** As near as 8 bits of precision are, over all tensors. */
  void assertNear(String what, TrainingStep expected) {
    double difference = 0;
    double length = 0;
    for (Map.Entry<String, INDArray> right : expected.gradients.entrySet()) {
      difference += Math.pow(length(flat(right.getValue()).sub(flat(gradients.get(right.getKey())))), 2);
      length += Math.pow(length(right.getValue()), 2);
    }
    double error = Math.sqrt(difference / length);
    assertTrue(error <= BFLOAT16, what + ": gradients are off by " + error);
    assertEquals(expected.score, score, BFLOAT16_SCORE * expected.score, what + ": score");
  }

  void assertIs(String what, TrainingStep expected) {
    assertIs(what, expected, FLOAT32, SCORE);
  }

  void assertIs(String what, TrainingStep expected, double tolerance, double scoreTolerance) {
    assertEquals(expected.score, score, scoreTolerance * Math.max(Math.abs(expected.score), 1e-3), what + ": score");
    assertEquals(expected.names, names, what);
    double scale = expected.scale();
    expected.gradients.forEach((name, right) -> {
      double error = error(right, gradients.get(name), scale);
      assertTrue(error <= tolerance, "%s: gradient of %s is off by %.3g of its length %.3g"
          .formatted(what, name, error, length(right)));
    });
  }

  /** The largest root mean square of a tensor's gradient. */
  public double scale() {
    return gradients.values().stream().mapToDouble(gradient -> length(gradient) / Math.sqrt(gradient.length())).max()
        .orElse(0);
  }

  /** The difference's length relative to the true gradient's; NaN where a number isn't finite. */
  public static double error(INDArray expected, INDArray found, double scale) {
    assertEquals(expected.length(), found.length());
    double least = NOTHING * scale * Math.sqrt(expected.length());
    double difference = length(flat(expected).sub(flat(found)));
    return difference == 0 ? 0 : difference / Math.max(length(expected), least / FLOAT32);
  }

  private static INDArray flat(INDArray array) {
    return array.castTo(DataType.DOUBLE).reshape(array.length());
  }

  static double length(INDArray array) {
    return array.norm2Number().doubleValue();
  }

  /** The middle one of the tensors' errors. */
  double median(TrainingStep expected) {
    double scale = expected.scale();
    double[] errors = expected.gradients.entrySet().stream()
        .mapToDouble(entry -> error(entry.getValue(), gradients.get(entry.getKey()), scale)).sorted().toArray();
    return errors[errors.length / 2];
  }
}
