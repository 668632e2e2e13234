package org.resnet4j.modelimport.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.nd4j.linalg.api.buffer.DataType;

/** Nets built from real Keras files compute what Keras computed, also after DL4J's save and load. */
class OracleGraphsTest {
  private static final List<String> REFUSED = List.of("lambda", "custom_layer", "broken");

  @TestFactory
  Stream<DynamicTest> computesWhatKerasComputed() throws IOException {
    Path oracles = Path.of(System.getProperty("oracles",
        Path.of("").toAbsolutePath().getParent().resolveSibling("shared/oracles/keras").toString()));
    assumeTrue(Files.isDirectory(oracles), "no ../shared/oracles/keras");
    List<DynamicTest> tests = new ArrayList<>();
    try (Stream<Path> cases = Files.list(oracles).sorted()) {
      for (Path folder : cases.filter(path -> Files.exists(path.resolve("io.npz"))).toList()) {
        if (REFUSED.contains(folder.getFileName().toString())) {
          continue;
        }
        for (String name : List.of("k2.h5", "k3.keras")) {
          if (Files.exists(folder.resolve(name))) {
            tests.add(DynamicTest.dynamicTest(folder.getFileName() + "/" + name,
                () -> check(folder.resolve(name), folder.resolve("io.npz"))));
          }
        }
      }
    }
    return tests.stream();
  }

  private static void check(Path file, Path io) throws Exception {
    BuiltGraph built = KerasCase.build(file, null, DataType.FLOAT);
    ComputationGraph graph = built.graph();
    KerasCase.assertComputes(graph, Map.of(), io, 1e-4);
    assertEquals(graph.numParams(), built.layers().stream().mapToLong(LayerMapping::parameters).sum());
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ModelSerializer.writeModel(graph, bytes, true);
    ComputationGraph restored =
        ModelSerializer.restoreComputationGraph(new ByteArrayInputStream(bytes.toByteArray()), true);
    KerasCase.assertComputes(restored, Map.of(), io, 1e-4);
    assertEquals(graph.getConfiguration(), restored.getConfiguration());
    assertEquals(graph.params(), restored.params());
    assertTrue(built.layers().stream().allMatch(layer -> graph.getVertex(layer.vertices().get(0)) != null));
  }
}
