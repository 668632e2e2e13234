package org.resnet4j.modelexport;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnxruntime.OrtException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.rng.Random;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

/** A written file computes in ONNX Runtime what its network computes here, for several batch sizes. */
final class OnnxParity {
  private static final double TOLERANCE = 1e-4;

  private OnnxParity() {}

  /** Weights as a trained net has them: no norm left at mean 0 and variance 1. */
  static void train(ComputationGraph graph, long seed) {
    Random random = Nd4j.getRandomFactory().getNewRandomInstance(seed);
    for (Layer layer : graph.getLayers()) {
      layer.paramTable().forEach((key, parameter) -> {
        INDArray noise = Nd4j.randn(0, 0.2, parameter.shape(), random);
        switch (key) {
          case "gamma", "beta", "b", "mean" -> parameter.addi(noise);
          case "var" -> parameter.assign(Transforms.abs(noise, false).addi(0.5));
          default -> { }
        }
      });
    }
  }

  static void check(String what, ComputationGraph graph, Path file, List<long[]> exampleShapes) throws OrtException {
    try (OnnxRuntime runtime = new OnnxRuntime(file)) {
      for (int batch : new int[] {1, 3}) {
        check(what + ", batch of " + batch, graph, runtime, exampleShapes, batch);
      }
    }
  }

  private static void check(String what, ComputationGraph graph, OnnxRuntime runtime, List<long[]> exampleShapes,
      int batch) throws OrtException {
    List<String> names = graph.getConfiguration().getNetworkInputs();
    Map<String, INDArray> inputs = new LinkedHashMap<>();
    for (int i = 0; i < names.size(); i++) {
      long[] shape = new long[exampleShapes.get(i).length + 1];
      shape[0] = batch;
      System.arraycopy(exampleShapes.get(i), 0, shape, 1, shape.length - 1);
      inputs.put(names.get(i), Nd4j.rand(-1, 1, Nd4j.getRandomFactory().getNewRandomInstance(batch + i), shape)
          .castTo(DataType.FLOAT));
    }
    Map<String, INDArray> found = runtime.run(inputs);
    INDArray[] expected =
        graph.output(names.stream().map(name -> inputs.get(name).dup().castTo(graph.getConfiguration().getDataType()))
            .toArray(INDArray[]::new));
    List<String> outputs = graph.getConfiguration().getNetworkOutputs();
    assertEquals(outputs, List.copyOf(found.keySet()), what);
    for (int i = 0; i < outputs.size(); i++) {
      assertClose(what + ", output " + outputs.get(i), expected[i], found.get(outputs.get(i)));
    }
  }

  private static void assertClose(String what, INDArray expected, INDArray found) {
    assertArrayEquals(expected.shape(), found.shape(), what);
    double largest = expected.amaxNumber().doubleValue();
    INDArray differences = expected.castTo(DataType.FLOAT).sub(found);
    double difference = differences.amaxNumber().doubleValue();
    // ND4J's maximum passes over NaN, its sum doesn't.
    boolean finite = Double.isFinite(differences.sumNumber().doubleValue());
    assertTrue(largest > 0 && difference <= TOLERANCE * largest && finite, what + ": " + difference + " of " + largest);
  }
}
