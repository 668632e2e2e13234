package org.resnet4j.training.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.resnet4j.engine.OneDnn;
import org.resnet4j.training.cli.ShapeImages.Shape;
import org.resnet4j.training.loop.Network;
import org.resnet4j.zoo.ResNets;
import org.resnet4j.zoo.image.Preprocessing;
import org.resnet4j.zoo.weights.SavedModel;
import picocli.CommandLine;

/** Engines and number types on the command line: which is taken, and that each computes the same. */
class ComputeOptionsTest {
  private static final List<String> CLASSES = List.of("disc", "square", "c", "d");

  @TempDir
  private static Path folder;
  private static Path model;
  private static Path data;

  @BeforeAll
  static void write() throws IOException {
    model = folder.resolve("model");
    new SavedModel(ResNets.named("cifar_resnet8").numClasses(4).seed(3).build().init(), CLASSES,
        Preprocessing.torch(32), Map.of()).save(model);
    data = folder.resolve("data");
    ShapeImages.write(data.resolve("disc"), Shape.RED_DISC, 12, 1);
    ShapeImages.write(data.resolve("square"), Shape.GREEN_SQUARE, 12, 1);
  }

  private static Map<String, Double> probabilities(String... options) {
    Object[] line = Stream.concat(Stream.of("predict", "--model", model, "--format", "csv", "--top", 4,
        data.resolve("disc/000.png"), data.resolve("square/001.png")), Stream.of(options)).toArray();
    Ran ran = Ran.of(line);
    assertEquals(0, ran.code(), ran.err());
    assertEquals("", ran.err());
    Map<String, Double> probabilities = new HashMap<>();
    ran.out().lines().skip(1).map(row -> row.split(","))
        .forEach(row -> probabilities.put(row[0] + row[2], Double.parseDouble(row[3])));
    assertEquals(8, probabilities.size(), ran.out());
    return probabilities;
  }

  private static void assertNear(Map<String, Double> expected, Map<String, Double> actual, double tolerance) {
    expected.forEach((key, probability) -> assertEquals(probability, actual.get(key), tolerance, key));
  }

  @Test
  void predictionsAreEqualWhateverComputesThem() {
    Map<String, Double> dl4j = probabilities("--engine", "DL4J");
    Map<String, Double> oneDnn = probabilities("--engine", "OneDNN", "--precision", "Float32");
    assertEquals(oneDnn, probabilities(), "the default");
    assertNear(dl4j, oneDnn, 1e-4);
    assertNear(dl4j, probabilities("--precision", "auto"), 0.05);
    assertNear(dl4j, probabilities("--engine", "dl4j", "--precision", "AUTO"), 0);
  }

  @Test
  void bfloat16IsAnotherType() {
    assumeTrue(OneDnn.library().fastBfloat16(), "kernels for bfloat16 on this processor");
    Path image = data.resolve("disc/000.png");
    Ran narrow = Ran.of("predict", "--model", model, "--format", "csv", "--precision", "BFloat16", image);
    assertEquals(0, narrow.code(), narrow.err());
    assertNotEquals(Ran.of("predict", "--model", model, "--format", "csv", image).out(), narrow.out());
  }

  @Test
  void evaluateCountsTheSameWithASmallerLastBatch() {
    Ran dl4j = Ran.of("evaluate", "--model", model, "--data", data, "--batch", 7, "--engine", "dl4j");
    Ran oneDnn = Ran.of("evaluate", "--model", model, "--data", data, "--batch", 7, "--engine", "onednn");
    assertEquals(0, dl4j.code(), dl4j.err());
    assertEquals(0, oneDnn.code(), oneDnn.err());
    double[] expected = figures(dl4j.out());
    double[] actual = figures(oneDnn.out());
    assertEquals(expected[0], actual[0], 1e-3, "mean loss");
    assertEquals(dl4j.out().lines().skip(1).toList(), oneDnn.out().lines().skip(1).toList());
    assertTrue(oneDnn.out().contains(" of 24 right"), oneDnn.out());
  }

  private static double[] figures(String out) {
    return Arrays.stream(out.split("\\R")).mapToDouble(
        line -> Double.parseDouble(line.replaceAll("[^0-9.]*([0-9.]+).*", "$1"))).toArray();
  }

  @ParameterizedTest
  @CsvSource({"--engine,tpu,'DL4J, ONEDNN'", "--precision,float16,'FLOAT32, BFLOAT16, AUTO'"})
  void anotherValueIsAUsageErrorThatNamesThem(String option, String value, String values) {
    for (String command : List.of("predict", "evaluate", "benchmark")) {
      Ran ran = Ran.of(command, "x", option, value);
      assertEquals(ExitCode.USAGE.code(), ran.code(), ran.err());
      assertTrue(ran.err().contains(option) && ran.err().contains(values) && ran.err().contains(value), ran.err());
      assertEquals(2, ran.err().lines().count(), ran.err());
    }
  }

  @Test
  void bfloat16IsNotDeeplearning4js() {
    Path nowhere = folder.resolve("nowhere.png");
    for (Ran ran : List.of(
        Ran.of("predict", "--engine", "dl4j", "--precision", "bfloat16", "--model", nowhere, nowhere),
        Ran.of("evaluate", "--engine", "dl4j", "--precision", "bfloat16", "--model", nowhere, "--data", nowhere),
        Ran.of("benchmark", nowhere, "--engine", "dl4j", "--precision", "bfloat16"))) {
      assertEquals(ExitCode.USAGE.code(), ran.code(), ran.err());
      assertEquals("--precision bfloat16 is for --engine onednn; Deeplearning4j computes in float32.",
          ran.err().strip());
    }
  }

  private static ComputeOptions options(String... arguments) {
    ComputeOptions options = new ComputeOptions();
    new CommandLine(options).setCaseInsensitiveEnumValuesAllowed(true).parseArgs(arguments);
    return options;
  }

  /** Of numbers that oneDNN doesn't compile. */
  private static ComputationGraph doubles() {
    return ResNets.named("cifar_resnet8").numClasses(4).seed(3).build().init().convertDataType(DataType.DOUBLE);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "--precision auto", "--precision=FLOAT32"})
  void whereOneDnnCannotALineSaysSoAndDeeplearning4jComputes(String line) {
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    ComputationGraph graph = doubles();
    INDArray image = Nd4j.rand(DataType.DOUBLE, 1, 3, 32, 32);
    try (Network network = options(words(line)).open(graph, new PrintStream(err, true))) {
      assertEquals(graph.outputSingle(image), network.output(image));
    }
    String said = err.toString();
    assertTrue(said.startsWith("Computing on Deeplearning4j alone: ") && said.contains("DOUBLE"), said);
    assertEquals(1, said.lines().count(), said);
  }

  @ParameterizedTest
  @ValueSource(strings = {"--engine onednn", "--precision bfloat16"})
  void whatIsAskedForAndCannotBeHadIsAnError(String asked) {
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    ComputationGraph graph = doubles();
    CommandException e = assertThrows(CommandException.class,
        () -> options(words(asked)).open(graph, new PrintStream(err, true)));
    assertEquals(ExitCode.FAILURE, e.exitCode());
    String said = e.getMessage();
    assertTrue(said.startsWith(asked + " can't be had: ") && said.contains("DOUBLE"), said);
    assertEquals("", err.toString());
  }

  private static String[] words(String line) {
    return line.isEmpty() ? new String[0] : line.split(" ");
  }
}
