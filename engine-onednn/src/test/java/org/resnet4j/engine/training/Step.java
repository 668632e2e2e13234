package org.resnet4j.engine.training;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
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
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.resnet4j.engine.EngineOptions;
import org.resnet4j.engine.FastComputationGraph;
import org.resnet4j.engine.OneDnn;

/**
 * What a network gives its updater for a batch.
 *
 * @param names of the parameters that train
 * @param gradients of all parameters
 */
record Step(double score, Set<String> names, Map<String, INDArray> gradients) {
  static final EngineOptions FLOATS = EngineOptions.standard().withThreads(1);
  /** Of a score, relative. */
  private static final double SCORE = 1e-5;
  /** Of a tensor's gradient, as a part of its length. */
  private static final double FLOAT32 = 1e-3;
  /**
   * A tensor with gradients smaller than this part of the network's has none in truth (a bias before a batch norm, say):
   * what is computed for it is rounding.
   */
  private static final double NOTHING = 1e-5;

  static Step of(ComputationGraph graph, MultiDataSet data) {
    graph.setInputs(copies(data.getFeatures()));
    graph.setLabels(copies(data.getLabels()));
    graph.setLayerMaskArrays(null, copies(data.getLabelsMaskArrays()));
    graph.computeGradientAndScore();
    graph.clearLayerMaskArrays();
    Set<String> names = new TreeSet<>(graph.gradient().gradientForVariable().keySet());
    // DL4J gives gradients of what a layer has not, where it has them fixed.
    names.retainAll(graph.paramTable().keySet());
    return new Step(graph.score(), names, parts(graph));
  }

  /** Each parameter's part of the flat array. */
  private static Map<String, INDArray> parts(ComputationGraph graph) {
    INDArray flat = graph.getFlattenedGradients();
    Map<String, INDArray> parts = new LinkedHashMap<>();
    graph.paramTable().forEach((name, parameter) -> {
      long offset = parameter.offset() - graph.params().offset();
      parts.put(name, flat.reshape(flat.length()).get(NDArrayIndex.interval(offset, offset + parameter.length())).dup()
          .reshape(parameter.ordering(), parameter.shape()));
    });
    return parts;
  }

  private static INDArray[] copies(INDArray... arrays) {
    return arrays == null ? null
        : Arrays.stream(arrays).map(array -> array == null ? null : array.dup()).toArray(INDArray[]::new);
  }

  /** The network on the engine, which has to do all of its training. */
  static FastComputationGraph wrapped(ComputationGraph graph, EngineOptions options, MultiDataSet data) {
    FastComputationGraph fast = (FastComputationGraph) OneDnn.wrap(graph, options);
    long memory = fast.trainingMemory(Arrays.stream(data.getFeatures()).map(INDArray::shape).toArray(long[][]::new));
    assertTrue(memory > 0, "DL4J trains this network");
    return fast;
  }

  /** DL4J's and the engine's step on a batch. */
  static Step compare(String what, ComputationGraph graph, MultiDataSet data) {
    Step expected = of(graph, data);
    FastComputationGraph fast = wrapped(graph.clone(), FLOATS, data);
    try {
      Step found = of(fast, data);
      found.assertIs(what, expected);
      return found;
    } finally {
      fast.close();
    }
  }

  /** A network with the vertices given, in NCHW and in NHWC. */
  static void compareBothLayouts(String name, Consumer<Sketch> vertices) {
    assertAll(name, Stream.of(CNN2DFormat.values()).map(format -> () -> {
      Sketch net = new Sketch(format);
      vertices.accept(net);
      compare(name + " " + format, net.classes(), net.batch(5));
    }));
  }

  void assertIs(String what, Step expected) {
    assertIs(what, expected, FLOAT32, SCORE);
  }

  void assertIs(String what, Step expected, double tolerance, double scoreTolerance) {
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
  double scale() {
    return gradients.values().stream().mapToDouble(gradient -> length(gradient) / Math.sqrt(gradient.length())).max()
        .orElse(0);
  }

  /** The difference's length relative to the true gradient's; NaN where a number isn't finite. */
  static double error(INDArray expected, INDArray found, double scale) {
    assertArrayEquals(expected.shape(), found.shape());
    double least = NOTHING * scale * Math.sqrt(expected.length());
    double difference = length(expected.castTo(org.nd4j.linalg.api.buffer.DataType.DOUBLE)
        .sub(found.castTo(org.nd4j.linalg.api.buffer.DataType.DOUBLE)));
    return difference == 0 ? 0 : difference / Math.max(length(expected), least / FLOAT32);
  }

  static double length(INDArray array) {
    return array.norm2Number().doubleValue();
  }

  /** The middle one of the tensors' errors. */
  double median(Step expected) {
    double scale = expected.scale();
    double[] errors = expected.gradients.entrySet().stream()
        .mapToDouble(entry -> error(entry.getValue(), gradients.get(entry.getKey()), scale)).sorted().toArray();
    return errors[errors.length / 2];
  }
}
