package org.resnet4j.modelimport.graph;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.resnet4j.modelimport.dialect.ArchitectureReader;
import org.resnet4j.modelimport.file.KerasFile;
import org.resnet4j.modelimport.file.NpzFile;
import org.resnet4j.modelimport.model.KerasModel;
import org.resnet4j.modelimport.weights.WeightMatching;
import org.resnet4j.modelimport.weights.WeightMatching.Architecture;

/** A file that real Keras wrote, and what Keras computed with it. */
final class KerasCase {
  private KerasCase() {}

  /** @param architecture a JSON file; null where the weights' file has it */
  static BuiltGraph build(Path weights, Path architecture, DataType type) throws Exception {
    try (KerasFile file = KerasFile.open(weights)) {
      String text = architecture == null ? file.configuration().orElseThrow() : Files.readString(architecture);
      KerasModel model = ArchitectureReader.read(text, file.trainingConfiguration(), file.kerasVersion());
      return KerasGraph.build(model, WeightMatching.of(model.root(), file,
          architecture == null ? Architecture.OF_THE_FILE : Architecture.OF_ANOTHER_FILE), type, GraphOptions.DEFAULT);
    }
  }

  /** Compares y and each mid__* with what Keras recorded, relative to the largest value. */
  static void assertComputes(ComputationGraph graph, Map<String, String> aliases, Path io, double tolerance) {
    DataType type = graph.getConfiguration().getDataType();
    try (NpzFile recorded = NpzFile.open(io)) {
      INDArray x = recorded.read("x", type);
      INDArray before = x.dup();
      assertClose("y", recorded.read("y", type), graph.outputSingle(x), tolerance);
      Map<String, INDArray> activations = graph.feedForward(x, false);
      List<String> missing = new ArrayList<>();
      for (String name : recorded.names()) {
        if (name.startsWith("mid__")) {
          String vertex = name.substring(5);
          INDArray found = activations.get(aliases.getOrDefault(vertex, vertex));
          if (found == null) {
            missing.add(vertex);
            continue;
          }
          assertClose(name, recorded.read(name, type), found, tolerance);
        }
      }
      assertTrue(missing.isEmpty(), "no vertices " + missing + " in " + activations.keySet());
      assertArrayEquals(before.shape(), x.shape());
      assertTrue(before.equals(x), "the input is left alone");
    }
  }

  static void assertClose(String name, INDArray expected, INDArray found, double tolerance) {
    assertArrayEquals(expected.shape(), found.shape(), name);
    double difference = expected.sub(found).amaxNumber().doubleValue();
    double largest = expected.amaxNumber().doubleValue();
    assertTrue(difference <= tolerance * Math.max(largest, 1e-12),
        () -> name + ": largest difference " + difference + ", largest value " + largest);
  }
}
