package org.resnet4j.engine.parity;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.resnet4j.engine.CompiledGraph;
import org.resnet4j.engine.EngineOptions;
import org.resnet4j.engine.OneDnn;
import org.resnet4j.engine.Precision;

/** Whether the engine computes what DL4J computes. */
final class Parity {
  /** Relative to the largest value. */
  static final double FLOAT32 = 1e-4;

  static final EngineOptions FLOATS = EngineOptions.standard().withThreads(1);
  static final EngineOptions NARROW = FLOATS.withPrecision(Precision.BFLOAT16);

  private Parity() {}

  /** The network compiled with these vertices for its outputs. */
  static CompiledGraph compile(ComputationGraph graph, List<String> vertices, EngineOptions options) {
    ComputationGraphConfiguration configuration = graph.getConfiguration();
    List<String> own = configuration.getNetworkOutputs();
    configuration.setNetworkOutputs(vertices);
    try {
      return OneDnn.compile(graph, options);
    } finally {
      configuration.setNetworkOutputs(own);
    }
  }

  /** At its own outputs, and compiled anew (fewer nodes are fused) at these vertices as well. */
  static void check(String what, ComputationGraph graph, Iterable<String> vertices, INDArray... inputs) {
    Map<String, INDArray> expected = TrueActivations.of(graph, inputs);
    List<String> outputs = graph.getConfiguration().getNetworkOutputs();
    compare(what, graph, expected, outputs, FLOATS, FLOAT32, inputs);
    List<String> all = new ArrayList<>(outputs);
    vertices.forEach(vertex -> {
      if (!all.contains(vertex)) {
        all.add(vertex);
      }
    });
    if (all.size() > outputs.size()) {
      compare(what, graph, expected, all, FLOATS, FLOAT32, inputs);
    }
  }

  static void compare(String what, ComputationGraph graph, Map<String, INDArray> expected, List<String> vertices,
      EngineOptions options, double tolerance, INDArray... inputs) {
    try (CompiledGraph compiled = compile(graph, vertices, options)) {
      assertEquals(List.of(), compiled.interpreted(), what);
      INDArray[] found = compiled.output(inputs);
      for (int i = 0; i < found.length; i++) {
        assertClose(what + " " + options.precision() + " " + vertices.get(i), expected.get(vertices.get(i)), found[i],
            tolerance);
      }
    }
  }

  /** Of one shape, finite, and nowhere further apart than a part of the largest value. */
  static void assertClose(String what, INDArray expected, INDArray found, double tolerance) {
    assertClose(what, expected, found, tolerance, Double.MIN_NORMAL);
  }

  /** @param scale that counts for the largest value where that is less */
  static void assertClose(String what, INDArray expected, INDArray found, double tolerance, double scale) {
    assertArrayEquals(expected.shape(), found.shape(), what);
    float[] values = expected.dup('c').data().asFloat();
    float[] computed = found.dup('c').data().asFloat();
    double difference = 0;
    double largest = scale;
    for (int i = 0; i < values.length; i++) {
      // NaN, once found, stays.
      difference = Math.max(difference, Math.abs((double) values[i] - computed[i]));
      largest = Math.max(largest, Math.abs(values[i]));
    }
    assertTrue(difference <= tolerance * largest, what + ": difference " + difference + " of " + largest + ", shape "
        + Arrays.toString(expected.shape()));
  }
}
