package org.resnet4j.engine.parity;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.resnet4j.engine.CompiledGraph;
import org.resnet4j.engine.Deviation;
import org.resnet4j.engine.EngineOptions;
import org.resnet4j.engine.TrueActivations;
import org.resnet4j.engine.parity.Assembly.Made;

/**
 * A small graph, its batch size, and which vertices are its outputs.
 *
 * @param text every vertex in a line
 */
record RandomGraph(ComputationGraphConfiguration configuration, CNN2DFormat format, int batch, List<Made> inputs,
    List<String> outputs, String text) {
  /** Beyond it float32 has too few digits to compare what is subtracted or divided. */
  private static final double TOO_LARGE = 1e4;
  /** The part of a vertex's inputs that counts as its scale, so that what cancels out isn't compared with itself. */
  private static final double CANCELLED = 0.05;

  /** What DL4J computes, and each vertex's scale. */
  record Expected(Map<String, INDArray> activations, Map<String, Double> scales) {}

  ComputationGraph initialised() {
    return FormulaParameters.initialised(new ComputationGraph(configuration));
  }

  INDArray[] arrays(int examples) {
    return inputs.stream().map(input -> array(input, examples)).toArray(INDArray[]::new);
  }

  private INDArray array(Made input, int examples) {
    return !input.image() ? FormulaParameters.input(input.name(), examples, input.channels())
        : format == CNN2DFormat.NCHW
        ? FormulaParameters.input(input.name(), examples, input.channels(), input.height(), input.width())
        : FormulaParameters.input(input.name(), examples, input.height(), input.width(), input.channels());
  }

  /** Empty where a number is too large or isn't one. */
  Optional<Expected> expected(ComputationGraph graph, INDArray... inputs) {
    Map<String, INDArray> activations = TrueActivations.of(graph, inputs);
    Map<String, Double> scales = new HashMap<>();
    for (Map.Entry<String, INDArray> activation : activations.entrySet()) {
      double largest = activation.getValue().amaxNumber().doubleValue();
      // ND4J's maximum passes over NaN, its sum doesn't.
      if (!(largest <= TOO_LARGE) || Double.isNaN(activation.getValue().sumNumber().doubleValue())) {
        return Optional.empty();
      }
      for (String input : configuration.getVertexInputs().getOrDefault(activation.getKey(), List.of())) {
        largest = Math.max(largest, CANCELLED * scales.get(input));
      }
      scales.put(activation.getKey(), largest);
    }
    return Optional.of(new Expected(activations, scales));
  }

  /** Every output, and every vertex when all are outputs, within float32's tolerance. */
  void check(ComputationGraph graph, Expected expected, INDArray... inputs) {
    compare(graph, expected, outputs, inputs);
    List<String> all = new ArrayList<>(configuration.getVertices().keySet());
    compare(graph, expected, all, inputs);
  }

  private void compare(ComputationGraph graph, Expected expected, List<String> vertices, INDArray... inputs) {
    try (CompiledGraph compiled = Parity.compile(graph, vertices, Parity.FLOATS)) {
      assertEquals(List.of(), compiled.interpreted());
      INDArray[] found = compiled.output(inputs);
      for (int i = 0; i < found.length; i++) {
        String vertex = vertices.get(i);
        Deviation.assertClose(vertex + " of outputs " + vertices, expected.activations.get(vertex), found[i],
            Parity.FLOAT32, expected.scales.get(vertex));
      }
    }
  }

  @Override
  public String toString() {
    return text;
  }
}
