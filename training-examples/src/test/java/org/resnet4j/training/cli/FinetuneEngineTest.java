package org.resnet4j.training.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.resnet4j.engine.OneDnn;
import org.resnet4j.training.cli.ShapeImages.Shape;

/** What {@code finetune} trains with, from the command line to the figures of each epoch. */
class FinetuneEngineTest {
  /** Of losses of a few steps in float32, where both engines do the same in another order. */
  private static final double NEAR = 2e-3;

  @TempDir
  private static Path folder;
  private static Path data;

  @TempDir
  private Path other;

  /** A row of metrics.csv. */
  private record Epoch(double trainLoss, double trainAccuracy, double loss, double accuracy, double rate,
                       String phase) {
    static Epoch parse(String row) {
      String[] cells = row.split(",");
      return new Epoch(Double.parseDouble(cells[1]), Double.parseDouble(cells[2]), Double.parseDouble(cells[3]),
          Double.parseDouble(cells[4]), Double.parseDouble(cells[5]), cells[8]);
    }

    void assertNear(Epoch expected, String message) {
      assertEquals(expected.trainLoss, trainLoss, NEAR * (1 + expected.trainLoss), message);
      assertEquals(expected.loss, loss, NEAR * (1 + expected.loss), message);
      assertEquals(expected.trainAccuracy, trainAccuracy, message);
      assertEquals(expected.accuracy, accuracy, message);
      assertEquals(expected.rate, rate, message);
      assertEquals(expected.phase, phase, message);
    }
  }

  @BeforeAll
  static void draw() throws IOException {
    data = folder.resolve("data");
    ShapeImages.write(data.resolve("red"), Shape.RED_DISC, 16, 1);
    ShapeImages.write(data.resolve("green"), Shape.GREEN_SQUARE, 16, 1);
    ShapeImages.write(data.resolve("blue"), Shape.BLUE_DISC, 16, 1);
  }

  private static Ran finetune(Path out, String... more) {
    return Ran.of(Stream.concat(Stream.of("finetune", "--data", data, "--out", out, "--validation-share", "0.25"),
        Stream.of(more)).toArray());
  }

  private Path trained(String name, String... more) {
    Path out = other.resolve(name);
    Ran ran = finetune(out, more);
    assertEquals(0, ran.code(), ran.err());
    return out;
  }

  private static List<Epoch> epochs(Path run) throws IOException {
    return Files.readAllLines(run.resolve("metrics.csv")).stream().skip(1).map(Epoch::parse).toList();
  }

  private static void assertNear(List<Epoch> expected, List<Epoch> actual) {
    String both = expected + " / " + actual;
    assertEquals(expected.size(), actual.size(), both);
    for (int i = 0; i < expected.size(); i++) {
      actual.get(i).assertNear(expected.get(i), both);
    }
  }

  private static void assertSameWeights(Path one, Path two) throws IOException {
    assertEquals(-1, Files.mismatch(one.resolve("weights.safetensors"), two.resolve("weights.safetensors")));
  }

  @Test
  void bothEnginesComeToTheSameFigures() throws IOException {
    String[] options = {"--model", "cifar_resnet8", "--batch", "8", "--epochs", "3", "--lr", "0.01"};
    Path dl4j = trained("dl4j", with(options, "--engine", "DL4J"));
    Path oneDnn = trained("onednn", with(options, "--engine", "OneDNN", "--precision", "Float32"));
    assertNear(epochs(dl4j), epochs(oneDnn));
    assertSameWeights(oneDnn, trained("default", options));
    assertTrue(Files.readString(dl4j.resolve("report.html")).contains("dl4j, float32"));
    assertTrue(Files.readString(oneDnn.resolve("report.html")).contains("onednn, float32"));
  }

  private static String[] with(String[] options, String... more) {
    return Stream.concat(Stream.of(options), Stream.of(more)).toArray(String[]::new);
  }

  @Test
  void bfloat16Learns() throws IOException {
    assumeTrue(OneDnn.library().fastBfloat16(), "kernels for bfloat16 on this processor");
    String[] options = {"--model", "cifar_resnet8", "--batch", "8", "--epochs", "8", "--patience", "0"};
    Path narrow = trained("narrow", with(options, "--precision", "BFloat16"));
    List<Epoch> epochs = epochs(narrow);
    Epoch last = epochs.get(7);
    assertTrue(last.trainLoss < 0.7 * epochs.get(0).trainLoss, epochs.toString());
    assertTrue(last.trainAccuracy > 0.6, "of three classes: " + epochs);
    assertTrue(epochs.stream().mapToDouble(Epoch::accuracy).max().orElseThrow() > 0.6, epochs.toString());
    assertNotEquals(epochs(trained("wide", options)), epochs, "another type gives other figures");
    assertSameWeights(narrow, trained("auto", with(options, "--precision", "auto")));
  }

  @Test
  void recomputedActivationsGiveTheSameWeights() throws IOException {
    String[] options = {"--model", "cifar_resnet8", "--batch", "8", "--epochs", "2"};
    Path kept = trained("kept", options);
    Path computedAgain = trained("again", with(options, "--checkpoint-activations"));
    assertNear(epochs(kept), epochs(computedAgain));
    assertSameWeights(kept, computedAgain);
  }

  /** The images of an epoch in one batch, whose order doesn't matter. */
  @Test
  void phasesInOneRunAreAsOneRunAfterTheOther() throws IOException {
    Path weights = trained("start", "--model", "cifar_resnet8", "--batch", "8", "--epochs", "1", "--seed", "5");
    String[] options = {"--batch", "64", "--augmentation", "none", "--lr", "0.02"};
    Path both = trained("both", with(options, "--weights", weights.toString(), "--head-epochs", "1", "--epochs", "2"));
    Path head = trained("head", with(options, "--weights", weights.toString(), "--head-epochs", "1", "--epochs", "0"));
    Path all = trained("all", with(options, "--weights", head.toString(), "--head-epochs", "0", "--epochs", "2"));
    assertNear(epochs(both), Stream.concat(epochs(head).stream(), epochs(all).stream()).toList());
    assertEquals(List.of("head", "all", "all"), epochs(both).stream().map(Epoch::phase).toList());

    Path dl4j = trained("dl4j", with(options, "--weights", weights.toString(), "--head-epochs", "1", "--epochs", "2",
        "--engine", "dl4j"));
    assertNear(epochs(dl4j), epochs(both));
  }

  @Test
  void theProfileTellsWhereAStepsTimeGoes() {
    Ran ran = finetune(other.resolve("out"), "--model", "cifar_resnet8", "--batch", "8", "--epochs", "1", "--profile");
    assertEquals(0, ran.code(), ran.err());
    assertTrue(ran.err().contains("Time of a step of 8 images in phase all: "), ran.err());
    Matcher row = Pattern.compile("(?m)^ *(\\d+\\.\\d) % +(\\d+\\.\\d\\d) ms  (.+)$").matcher(ran.err());
    List<String> kinds = new ArrayList<>();
    double share = 0;
    double last = 100;
    while (row.find()) {
      double percent = Double.parseDouble(row.group(1));
      assertTrue(percent <= last, "the longest first: " + ran.err());
      last = percent;
      share += percent;
      kinds.add(row.group(3));
    }
    assertTrue(kinds.containsAll(List.of("convolution forward", "convolution backward", "batch_normalization forward",
        "batch_normalization backward", "loss, updater and all else, by Deeplearning4j")), kinds.toString());
    assertEquals(100, share, 0.05 * kinds.size(), ran.err());
    assertFalse(finetune(other.resolve("without"), "--model", "cifar_resnet8", "--epochs", "1").err()
        .contains("Time of a step"));
  }

  @ParameterizedTest
  @CsvSource({"--engine,tpu,'DL4J, ONEDNN'", "--precision,float16,'FLOAT32, BFLOAT16, AUTO'"})
  void anotherValueIsAUsageErrorThatNamesThem(String option, String value, String values) {
    Path out = other.resolve("out");
    Ran ran = finetune(out, "--model", "cifar_resnet8", option, value);
    assertEquals(ExitCode.USAGE.code(), ran.code(), ran.err());
    assertTrue(ran.err().contains(option) && ran.err().contains(values) && ran.err().contains(value), ran.err());
    assertEquals(2, ran.err().lines().count(), ran.err());
    assertFalse(Files.exists(out));
  }

  @ParameterizedTest
  @ValueSource(strings = {"--checkpoint-activations", "--profile", "--precision=bfloat16"})
  void whatOnlyTheEngineHasIsRefusedWithDeeplearning4j(String option) {
    Path out = other.resolve("out");
    Ran ran = finetune(out, "--model", "cifar_resnet8", "--engine", "dl4j", option);
    assertEquals(ExitCode.USAGE.code(), ran.code(), ran.err());
    assertTrue(ran.err().startsWith(option.replace('=', ' ') + " is for --engine onednn"), ran.err());
    assertEquals(1, ran.err().lines().count(), ran.err());
    assertFalse(Files.exists(out));
  }

  @Test
  void quickstartPassesItsEngineOn() {
    Ran refused = Ran.of("quickstart", "--out", other.resolve("out"), "--engine", "dl4j", "--precision", "bfloat16");
    assertEquals(ExitCode.USAGE.code(), refused.code());
    assertFalse(Files.exists(other.resolve("out")));
    Ran ran = Ran.of("quickstart", "--out", other.resolve("out"), "--images", 3, "--epochs", 1, "--engine", "dl4j");
    assertEquals(0, ran.code(), ran.err());
    assertEquals(3, ran.err().lines().filter(line -> line.startsWith("$ ") && line.endsWith("--engine dl4j")).count(),
        "evaluate, finetune, predict: " + ran.err());
    assertFalse(ran.err().contains("Memory: "), "the estimate is the engine's");
  }
}
