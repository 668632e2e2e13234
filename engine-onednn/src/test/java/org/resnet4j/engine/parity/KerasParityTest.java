package org.resnet4j.engine.parity;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.resnet4j.engine.CompiledGraph;
import org.resnet4j.engine.Deviation;
import org.resnet4j.engine.TrueActivations;
import org.resnet4j.modelimport.ImportedModel;
import org.resnet4j.modelimport.KerasImport;
import org.resnet4j.modelimport.KerasOptions;
import org.resnet4j.modelimport.file.NpzFile;
import org.resnet4j.modelimport.graph.LayerMapping;
import org.resnet4j.testdata.Fixtures;

/** Every model that imports computes, compiled, what DL4J and what Keras computed, at every array that was recorded. */
class KerasParityTest {
  private static final Path ORACLES = Path.of("..", "..", "shared", "oracles", "keras");
  private static final String FOLDER = "keras/";
  /** Where each kernel's inputs and weights are rounded to 8 bits; a wrong kernel is far beyond. */
  private static final double BFLOAT16 = 0.1;

  @TempDir
  private Path folder;

  static List<String> fixtures() throws IOException {
    List<String> names = new ArrayList<>();
    try (InputStream in = Fixtures.open(FOLDER + "manifest.json")) {
      new ObjectMapper().readTree(in).properties().forEach(entry -> {
        // Of some there are weights alone, of nets that the zoo has.
        if (entry.getValue().get("expect").asText().equals("import") && !entry.getKey().startsWith("app_")) {
          names.add(entry.getKey());
        }
      });
    }
    return names;
  }

  static List<Path> oracles() throws IOException {
    if (!Files.isDirectory(ORACLES)) {
      return List.of(ORACLES);
    }
    try (Stream<Path> folders = Files.list(ORACLES)) {
      // Custom code is refused, and damaged files are the importer's business.
      return folders.filter(Files::isDirectory).filter(one -> !one.getFileName().toString()
          .matches("lambda|custom_layer|broken")).sorted().toList();
    }
  }

  @ParameterizedTest
  @MethodSource("fixtures")
  void aFixtureComputesTheSame(String name) throws IOException {
    Fixtures.unpack(FOLDER + name + ".zip", folder);
    check(name, folder);
  }

  @ParameterizedTest
  @MethodSource("oracles")
  void anOracleComputesTheSame(Path oracle) throws IOException {
    assumeTrue(Files.isDirectory(ORACLES), "no recorded oracles beside the repository");
    check(oracle.getFileName().toString(), oracle);
  }

  /** One file: that every other one imports to the same net is the importer's test. */
  private static void check(String what, Path folder) throws IOException {
    Path file;
    try (Stream<Path> files = Files.list(folder)) {
      file = files.filter(one -> one.toString().matches(".*\\.(h5|keras)")).sorted().findFirst().orElseThrow();
    }
    KerasOptions options = file.getFileName().toString().matches("k\\dw.*")
        ? KerasOptions.DEFAULT.withArchitecture(folder.resolve(file.getFileName().toString().substring(0, 2) + ".json"))
        : KerasOptions.DEFAULT;
    ImportedModel model = KerasImport.load(file, options);
    // The engine refuses double precision, and says how to get this.
    ComputationGraph graph = model.graph().params().dataType() == DataType.FLOAT ? model.graph()
        : model.graph().convertDataType(DataType.FLOAT);
    try (NpzFile io = NpzFile.open(folder.resolve("io.npz"))) {
      List<String> inputs = graph.getConfiguration().getNetworkInputs();
      INDArray[] x = inputs.stream().map(input -> io.read(name("x", input, inputs), DataType.FLOAT))
          .toArray(INDArray[]::new);
      Map<String, String> recorded = recorded(model, io);
      assertTrue(recorded.size() >= graph.getConfiguration().getNetworkOutputs().size(), what);
      Parity.check(what, graph, graph.getConfiguration().getVertices().keySet(), x);
      compareWithKeras(what, graph, io, recorded, x);
      Parity.compare(what, graph, TrueActivations.of(graph, x), graph.getConfiguration().getNetworkOutputs(),
          Parity.NARROW, BFLOAT16, x);
    }
  }

  private static void compareWithKeras(String what, ComputationGraph graph, NpzFile io, Map<String, String> recorded,
      INDArray... x) {
    try (CompiledGraph compiled =
        Parity.compile(graph, recorded.values().stream().distinct().toList(), Parity.FLOATS)) {
      List<String> vertices = recorded.values().stream().distinct().toList();
      INDArray[] found = compiled.output(x);
      recorded.forEach((array, vertex) -> Deviation.assertClose(what + " " + array,
          io.read(array, DataType.FLOAT), found[vertices.indexOf(vertex)], Parity.FLOAT32));
    }
  }

  /** The vertex of each recorded array; arrays of layers whose work another one's vertex does are left out. */
  private static Map<String, String> recorded(ImportedModel model, NpzFile io) {
    Map<String, String> vertices = new LinkedHashMap<>();
    List<String> outputs = model.graph().getConfiguration().getNetworkOutputs();
    for (int i = 0; i < outputs.size(); i++) {
      vertices.put(name("y", model.outputs().get(i), outputs), outputs.get(i));
    }
    for (String array : io.names()) {
      if (array.startsWith("mid__")) {
        String layer = array.substring("mid__".length());
        List<LayerMapping> calls = model.layers().stream().filter(mapping -> mapping.layer().equals(layer)).toList();
        String vertex = calls.size() == 1 ? calls.get(0).vertices().get(calls.get(0).vertices().size() - 1)
            : model.vertices().getOrDefault(layer, layer);
        if (model.graph().getVertex(vertex) != null) {
          vertices.put(array, vertex);
        }
      }
    }
    return vertices;
  }

  private static String name(String kind, String vertex, List<String> all) {
    return all.size() == 1 ? kind : kind + "__" + vertex;
  }
}
