package org.resnet4j.engine.parity;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.resnet4j.engine.CompiledGraph;
import org.resnet4j.engine.Deviation;
import org.resnet4j.engine.EngineOptions;
import org.resnet4j.engine.OneDnn;
import org.resnet4j.engine.Precision;
import org.resnet4j.engine.TrueActivations;

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
        String vertex = vertices.get(i);
        Deviation.assertClose(what + " " + options.precision() + " " + vertex, expected.get(vertex), found[i],
            tolerance);
      }
    }
  }
}
