package org.resnet4j.spark.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.resnet4j.spark.data.Drawn;
import org.resnet4j.training.cli.ExitCode;
import org.resnet4j.zoo.ResNets;
import org.resnet4j.zoo.image.Preprocessing;
import org.resnet4j.zoo.weights.ModelWeights;
import org.resnet4j.zoo.weights.Safetensors;
import org.resnet4j.zoo.weights.SavedModel;

class SparkPredictCommandTest {
  private static final Map<String, String> SETTINGS = Map.of("spark.master", "local[2]", "spark.ui.enabled", "false",
      "spark.driver.host", "localhost", "spark.sql.codegen.wholeStage", "false", "spark.sql.shuffle.partitions", "1");

  @TempDir
  private Path temp;
  private Path data;
  private Path model;

  private record Ran(int code, String out, String err) { }

  @BeforeEach
  void fill() {
    SETTINGS.forEach(System::setProperty);
    data = temp.resolve("data");
    model = temp.resolve("model");
    Drawn.fill(data.resolve("cat"), 0, 3);
    Drawn.fill(data.resolve("dog"), 20, 3);
  }

  @AfterEach
  void restore() {
    SETTINGS.keySet().forEach(System::clearProperty);
  }

  private static ComputationGraph graph() {
    return ResNets.named("cifar_resnet8").numClasses(2).inputShape(3, 16, 16).seed(4).build().init();
  }

  private Ran predict(String... more) {
    List<String> arguments = new ArrayList<>(List.of("predict", "--data", data.toString(), "--out",
        temp.resolve("out").toString()));
    arguments.addAll(List.of(more));
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int code = SparkMain.run(new PrintStream(out, true, StandardCharsets.UTF_8),
        new PrintStream(err, true, StandardCharsets.UTF_8), arguments.toArray(String[]::new));
    return new Ran(code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  private void assertRefused(ExitCode code, String part, String... more) {
    Ran ran = predict(more);
    assertEquals(code.code(), ran.code, ran.err);
    assertTrue(ran.err.contains(part), ran.err);
    assertEquals("", ran.out);
  }

  @Test
  void itTellsWhatItDid() throws Exception {
    new SavedModel(graph(), List.of("cat", "dog"), Preprocessing.unit(16), Map.of()).save(model);
    Drawn.write(data.resolve("dog/cut.png"), Arrays.copyOf(Drawn.encoded(90, "png"), 200));
    Ran ran = predict("--weights", model.toUri().toString(), "--top", "2", "--batch", "4", "--features");
    assertEquals(ExitCode.BAD_DATA.code(), ran.code, ran.err);
    assertTrue(ran.out.startsWith("Predicted 6 images, and 1 are damaged: " + temp.resolve("out")), ran.out);
    assertTrue(ran.out.matches("(?s).*top-1 [01]\\.\\d{4}\\R[0-6] of 6 right\\R"), ran.out);
    assertTrue(ran.err.contains("Damaged images: 1") && ran.err.contains("dog/cut.png: "), ran.err);
    try (Stream<Path> files = Files.list(temp.resolve("out"))) {
      assertTrue(files.anyMatch(file -> file.toString().endsWith(".parquet")));
    }
    assertRefused(ExitCode.USAGE, "holds something else", "--weights", model.toString());
  }

  @Test
  void whatMakesNoSenseIsRefused() {
    assertRefused(ExitCode.USAGE, "--top is 1 or more; found 0.", "--top", "0");
    assertRefused(ExitCode.USAGE, "--batch is 1 or more", "--batch", "0");
    assertRefused(ExitCode.USAGE, "bfloat16 is for --engine onednn", "--engine", "dl4j", "--precision", "bfloat16");
    Path weights = temp.resolve("weights.safetensors");
    Safetensors.write(weights, ModelWeights.source(graph()), Map.of("model", "cifar_resnet8"));
    assertRefused(ExitCode.BAD_MODEL, "doesn't name its classes", "--weights", weights.toString());
    assertFalse(Files.exists(temp.resolve("out")));
    System.clearProperty("spark.master");
    assertRefused(ExitCode.USAGE, "No cluster is named", "--weights", weights.toString());
  }
}
