package org.resnet4j.training.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.resnet4j.training.cli.ShapeImages.Shape;
import org.resnet4j.training.loop.MetricsFile;

/** The main job from command line to files, on pictures that a tiny net learns in seconds. */
class FinetuneTest {
  /** A class name that must stay text in the report. */
  private static final String RED = "red & <b>round";
  private static final String GREEN = "green, square";

  @TempDir
  private static Path folder;
  private static Path data;
  private static Path run;
  private static Ran trained;

  @TempDir
  private Path other;

  @BeforeAll
  static void train() throws IOException {
    data = folder.resolve("data");
    ShapeImages.write(data.resolve(RED), Shape.RED_DISC, 16, 1);
    ShapeImages.write(data.resolve(GREEN), Shape.GREEN_SQUARE, 16, 1);
    byte[] whole = Files.readAllBytes(data.resolve(RED).resolve("000.png"));
    Files.write(data.resolve(RED).resolve("damaged.png"), Arrays.copyOf(whole, whole.length / 2));
    run = folder.resolve("run");
    trained = finetune(data, run, "--model", "cifar_resnet8", "--epochs", "3");
  }

  private static Ran finetune(Path data, Path out, String... more) {
    return Ran.of(Stream.concat(Stream.of("finetune", "--data", data, "--out", out, "--batch", "8",
        "--validation-share", "0.25"), Stream.of(more)).toArray());
  }

  @Test
  void writesModelFiguresAndReport() throws IOException {
    assertEquals(0, trained.code(), trained.err());
    try (Stream<Path> files = Files.list(run)) {
      assertEquals(Set.of("configuration.json", "weights.safetensors", "classes.txt", "preprocessing.json",
          "metrics.csv", "curves.png", "confusion-matrix.png", "report.html", "recipe.yaml", "run.json", "checkpoints",
          "events.out.tfevents"),
          new TreeSet<>(files.map(f -> f.getFileName().toString().replaceFirst("(tfevents)\\..*", "$1")).toList()));
    }
    assertEquals(List.of(GREEN, RED), Files.readAllLines(run.resolve("classes.txt")));
    List<String> metrics = Files.readAllLines(run.resolve("metrics.csv"));
    assertEquals(MetricsFile.HEADER, metrics.get(0));
    assertEquals(4, metrics.size());
    assertTrue(metrics.get(3).matches("3(,\\d+\\.\\d+,[01]\\.\\d+){2},0\\.\\d+(,\\d+\\.\\d+){2},all,1\\.0+,9,[01]\\.\\d+"), metrics.get(3));
  }

  @Test
  void tellsTheResultAndTheDamagedImage() throws IOException {
    assertTrue(trained.out().lines().anyMatch(l -> l.matches("\\d+ of 8 right")), trained.out());
    assertTrue(trained.err().contains("damaged.png"), trained.err());
    assertTrue(trained.err().lines().allMatch(l -> l.chars().noneMatch(Character::isISOControl)),
        "no control characters");
    String report = Files.readString(run.resolve("report.html"));
    assertTrue(report.contains("damaged.png"));
    assertTrue(report.contains("red &amp; &lt;b&gt;round") && !report.contains("<b>round"));
  }

  @Test
  void evaluateAgreesWithItself() {
    Ran ran = Ran.of("evaluate", "--data", data, "--model", run);
    assertEquals(0, ran.code(), ran.err());
    List<String> lines = ran.out().lines().toList();
    assertTrue(lines.get(0).matches("mean loss \\d+\\.\\d+") && lines.get(1).startsWith("top-1 ")
        && lines.get(2).equals("top-5 1.0000") && lines.get(3).matches("\\d+ of 32 right"), ran.out());
    Ran byFile = Ran.of("evaluate", "--data", data, "--weights", run.resolve("weights.safetensors"), "--threads", 1);
    assertEquals(ran.out(), byFile.out(), "the file tells model, classes and preprocessing");
    Ran byBoth = Ran.of("evaluate", "--data", data, "--weights", run, "--model", "cifar_resnet8");
    assertEquals(ran.out(), byBoth.out());
  }

  @Test
  void evaluateMatchesClassesByName() throws IOException {
    Path swapped = other.resolve("swapped");
    ShapeImages.write(swapped.resolve("a " + RED), Shape.RED_DISC, 2, 3);
    ShapeImages.write(swapped.resolve(GREEN), Shape.GREEN_SQUARE, 2, 3);
    Ran ran = Ran.of("evaluate", "--data", swapped, "--model", run);
    assertEquals(3, ran.code());
    assertTrue(ran.err().contains("a " + RED), ran.err());
  }

  @Test
  void contradictionsAreErrors() {
    Path file = run.resolve("weights.safetensors");
    assertEquals(4, Ran.of("evaluate", "--data", data, "--weights", file, "--model", "cifar_resnet14").code());
    assertEquals(4, Ran.of("evaluate", "--data", data, "--weights", run, "--model", "cifar_resnet14").code());
    assertEquals(2, Ran.of("evaluate", "--data", data, "--weights", file, "--model", run).code());
    assertEquals(2, Ran.of("evaluate", "--data", data, "--model", run, "--image-size", 64).code());
    assertEquals(4, Ran.of("evaluate", "--data", data, "--model", other.resolve("nowhere")).code());
  }

  @Test
  void whatCannotBeTrainedWritesNothing() {
    Path out = other.resolve("out");
    assertEquals(2, finetune(data, out, "--model", "resnet50_v2_ref_keras", "--image-size", "8").code());
    String weights = run.resolve("weights.safetensors").toString();
    assertEquals(4, finetune(data, out, "--model", "resnet18", "--weights", weights).code());
    assertFalse(Files.exists(out));
  }

  @Test
  void predictTakesAWeightsFileThatTellsItsArchitecture() {
    Path red = data.resolve(RED).resolve("001.png");
    Ran file = Ran.of("predict", "--weights", run.resolve("weights.safetensors"), red);
    assertEquals(Ran.of("predict", "--model", run, red), file);
    assertEquals(0, file.code(), file.err());
    assertEquals(2, Ran.of("predict", "--model", "cifar_resnet8", red).code(), "a zoo name has no weights");
  }

  @Test
  void aRunThatEndedBeforeItsFirstModelIsNotInTheWay(@TempDir Path other) throws IOException {
    Path out = Files.createDirectories(other.resolve("out"));
    Files.writeString(out.resolve("metrics.csv"), "epoch\n");
    assertEquals(0, finetune(data, out, "--model", "cifar_resnet8", "--epochs", "1").code());
    assertEquals(2, Files.readAllLines(out.resolve("metrics.csv")).size());

    Files.createDirectories(other.resolve(".out.new"));
    Files.writeString(other.resolve(".out.new/weights.safetensors"), "the best of a run that was stopped");
    Ran again = finetune(data, out, "--model", "cifar_resnet8", "--epochs", "1", "--overwrite");
    assertEquals(2, again.code());
    assertTrue(again.err().contains(".out.new"), again.err());
    assertTrue(Files.exists(other.resolve(".out.new/weights.safetensors")));
  }

  @Test
  void predictTellsEachImageAndGoesOnAfterADamagedOne() throws IOException {
    Path red = data.resolve(RED).resolve("001.png");
    Path damaged = data.resolve(RED).resolve("damaged.png");
    Path green = data.resolve(GREEN).resolve("001.png");
    Ran text = Ran.of("predict", "--model", run, red, damaged, green);
    assertEquals(3, text.code());
    assertTrue(text.err().contains("damaged.png"), text.err());
    assertEquals(6, text.out().lines().count(), text.out());

    JsonNode error = new ObjectMapper()
        .readTree(Ran.of("predict", "--model", run, red, damaged, "--format", "json").out()).get(1).get("error");
    assertTrue(error.asText().contains("ends before"), error.asText());

    Ran json = Ran.of("predict", "--model", run, red, green, "--format", "json", "--top", 1);
    assertEquals(0, json.code(), json.err());
    JsonNode tree = new ObjectMapper().readTree(json.out());
    assertEquals(2, tree.size());
    assertEquals(red.toString(), tree.get(0).get("file").asText());
    assertEquals(1, tree.get(0).get("predictions").size());
    assertTrue(tree.get(0).get("predictions").get(0).get("probability").asDouble() >= 0.5);

    List<String> csv = Ran.of("predict", "--model", run, green, "--format", "csv").out().lines().toList();
    assertEquals("file,rank,class,probability", csv.get(0));
    assertEquals(3, csv.size());
    assertTrue(csv.stream().anyMatch(l -> l.contains(",\"" + GREEN + "\",0.") || l.contains(",\"" + GREEN + "\",1.")),
        csv.toString());
  }

  @Test
  void sameSeedGivesTheSameBytes() throws IOException {
    Path one = other.resolve("one");
    Path again = other.resolve("again");
    Path seed = other.resolve("seed");
    assertEquals(0, finetune(data, one, "--model", "cifar_resnet8", "--epochs", "2", "--threads", "1").code());
    assertEquals(0, finetune(data, again, "--model", "cifar_resnet8", "--epochs", "2", "--threads", "1").code());
    assertEquals(0, finetune(data, seed, "--model", "cifar_resnet8", "--epochs", "2", "--seed", "2").code());
    byte[] weights = Files.readAllBytes(one.resolve("weights.safetensors"));
    assertArrayEquals(weights, Files.readAllBytes(again.resolve("weights.safetensors")));
    assertFalse(Arrays.equals(weights, Files.readAllBytes(seed.resolve("weights.safetensors"))));
  }

  @Test
  void weightsGetANewHeadFirstForOtherClasses() throws IOException {
    Path three = other.resolve("three");
    ShapeImages.write(three.resolve("red"), Shape.RED_DISC, 8, 5);
    ShapeImages.write(three.resolve("green"), Shape.GREEN_SQUARE, 8, 5);
    ShapeImages.write(three.resolve("blue"), Shape.BLUE_DISC, 8, 5);
    Path out = other.resolve("out");
    Ran ran = finetune(three, out, "--weights", run.resolve("weights.safetensors").toString(), "--head-epochs", "1",
        "--epochs", "1");
    assertEquals(0, ran.code(), ran.err());
    List<String> metrics = Files.readAllLines(out.resolve("metrics.csv"));
    assertTrue(metrics.get(1).contains(",head,") && metrics.get(2).contains(",all,"), metrics.toString());
    assertEquals(List.of("blue", "green", "red"), Files.readAllLines(out.resolve("classes.txt")));
    assertEquals(-1, Files.mismatch(run.resolve("preprocessing.json"), out.resolve("preprocessing.json")));
    assertEquals(0, Ran.of("predict", "--model", out, three.resolve("red/000.png")).code(), "nothing is left frozen");

    Ran same = finetune(data, other.resolve("same"), "--model", run.toString(), "--epochs", "1");
    assertEquals(0, same.code(), same.err());
    assertEquals(2, Files.readAllLines(other.resolve("same/metrics.csv")).size(), "the same classes keep their head");
    Ran headFirst = finetune(data, other.resolve("head"), "--weights", run.toString(), "--epochs", "1");
    assertEquals(5, Files.readAllLines(other.resolve("head/metrics.csv")).size(), headFirst.err());
  }

  @Test
  void anEarlierRunIsReplacedOnlyWhenAskedAndWhenTheNewOneIsThrough() throws IOException {
    Path out = other.resolve("out");
    assertEquals(0, finetune(data, out, "--model", "cifar_resnet8", "--epochs", "1").code());
    byte[] first = Files.readAllBytes(out.resolve("weights.safetensors"));
    Ran refused = finetune(data, out, "--model", "cifar_resnet8", "--epochs", "1");
    assertEquals(2, refused.code());
    assertTrue(refused.err().contains("--overwrite"), refused.err());

    Ran diverged = finetune(data, out, "--model", "cifar_resnet8", "--epochs", "1", "--lr", "1000",
        "--weight-decay", "10", "--overwrite");
    assertEquals(5, diverged.code(), diverged.err());
    assertArrayEquals(first, Files.readAllBytes(out.resolve("weights.safetensors")), "the good model stays");
    assertEquals(1, other.toFile().list().length, "the diverged run is gone");

    Ran replaced = finetune(data, out, "--model", "cifar_resnet8", "--epochs", "1", "--seed", "7", "--overwrite");
    assertEquals(0, replaced.code(), replaced.err());
    assertFalse(Arrays.equals(first, Files.readAllBytes(out.resolve("weights.safetensors"))));
    try (Stream<Path> files = Files.list(other)) {
      assertEquals(1, files.count(), "nothing is left beside it");
    }
  }

  @Test
  void aBadImageFailsTheRunIfAsked() {
    Path out = other.resolve("out");
    Ran ran = finetune(data, out, "--model", "cifar_resnet8", "--on-bad-image", "fail");
    assertEquals(3, ran.code());
    assertTrue(ran.err().contains("damaged.png"), ran.err());
  }

  @Test
  void aGivenTestPartIsWhatIsMeasured() throws IOException {
    Path parts = other.resolve("parts");
    for (String part : List.of("train", "val", "test")) {
      int images = part.equals("train") ? 8 : part.equals("val") ? 4 : 3;
      ShapeImages.write(parts.resolve(part).resolve("red"), Shape.RED_DISC, images, part.length() + images);
      ShapeImages.write(parts.resolve(part).resolve("green"), Shape.GREEN_SQUARE, images, part.length() + images);
    }
    Ran ran = finetune(parts, other.resolve("out"), "--model", "cifar_resnet8", "--epochs", "1");
    assertEquals(0, ran.code(), ran.err());
    assertTrue(ran.out().contains("of 6 right"), ran.out());
    assertTrue(Ran.of("evaluate", "--data", parts, "--model", other.resolve("out")).out().contains(" of 6 right"));
    assertTrue(Ran.of("evaluate", "--data", parts, "--model", other.resolve("out"), "--split", "val").out()
        .contains(" of 8 right"));
    assertTrue(Ran.of("evaluate", "--data", parts, "--model", other.resolve("out"), "--split", "all").out()
        .contains(" of 30 right"));
  }
}
