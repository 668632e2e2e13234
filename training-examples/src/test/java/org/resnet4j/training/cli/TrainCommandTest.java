package org.resnet4j.training.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.resnet4j.training.cli.ShapeImages.Shape;
import org.resnet4j.training.recipe.Recipe;
import org.resnet4j.zoo.weights.SavedModel;

class TrainCommandTest {
  @TempDir
  private static Path folder;
  private static Path data;
  private static Path first;

  @BeforeAll
  static void images() throws IOException {
    data = folder.resolve("data");
    for (String part : List.of("train", "val", "test")) {
      int images = part.equals("train") ? 36 : 6;
      ShapeImages.write(data.resolve(part).resolve("red"), Shape.RED_DISC, images, images + part.length());
      ShapeImages.write(data.resolve(part).resolve("green"), Shape.GREEN_SQUARE, images, 2 * images + part.length());
    }
  }

  @BeforeAll
  static void weightsToStartFrom() {
    first = folder.resolve("first");
    Ran ran = train("synthetic", first, "--recipe", "cifar10-fast", "--model", "cifar_resnet8", "--epochs", "1");
    assertEquals(0, ran.code(), ran.err());
  }

  private static Ran train(Object data, Path out, String... more) {
    return Ran.of(Stream.concat(Stream.of("train", "--data", data, "--out", out), Stream.of(more)).toArray());
  }

  /** Of the finetuning recipe one epoch of each of its phases. */
  @ParameterizedTest
  @CsvSource({"cifar10-resnet-paper, cifar_resnet8, 1", "cifar10-reproduction, cifar_resnet8_conv, 2",
      "cifar10-fast, cifar_resnet8, 1", "imagenet-style, cifar_resnet8, 1", "adam-simple, cifar_resnet8, 1"})
  void everyRecipeTrains(String name, String model, int rows) throws IOException {
    Path out = folder.resolve(name);
    Ran ran = train(data, out, "--recipe", name, "--model", model, "--epochs", "1", "--batch", "24");
    assertEquals(0, ran.code(), ran.err());
    assertEquals(1 + rows, Files.readAllLines(out.resolve("metrics.csv")).size(), "the reproduction begins at epoch 0");
    Recipe run = Recipe.read(out.resolve("recipe.yaml"));
    assertEquals(Recipe.named(name).withModel(model).withEpochs(1).withBatch(24), run);
    assertTrue(ran.err().contains("  name: " + name), "printed in full: " + ran.err());
    assertTrue(ran.out().contains("On the test images:"), ran.out());
    assertEquals(2, SavedModel.load(out).classes().size());
  }

  @Test
  void photosAreFineTunedStageByStage() throws IOException {
    Path out = folder.resolve("photos");
    Ran ran = train(data, out, "--recipe", "finetune-photos", "--weights", first.toString(), "--epochs", "4");
    assertEquals(0, ran.code(), ran.err());
    List<String> rows = Files.readAllLines(out.resolve("metrics.csv"));
    assertEquals(List.of("head", "stage4", "stage3", "all"),
        rows.stream().skip(1).map(row -> row.split(",")[8]).toList());
    Ran predicted = Ran.of("predict", "--model", out, data.resolve("val/red/000.png"));
    assertEquals(0, predicted.code(), predicted.err());
  }

  @Test
  void whatMakesNoSenseIsToldBeforeAnythingIsWritten() throws IOException {
    Path out = folder.resolve("nothing");
    refused(out, "cifar10-fast", "--recipe", "cifar-fast");
    refused(out, "the recipe finetune-photos freezes layers", "--recipe", "finetune-photos");
    refused(out, "--checkpoint-minutes is above 0", "--recipe", "adam-simple", "--checkpoint-minutes", "0");
    refused(out, "--ui-port and --ui-public are for --ui", "--recipe", "adam-simple", "--ui-public");
    Ran rate = Ran.of("find-rate", "--recipe", "finetune-photos", "--data", data, "--out", folder.resolve("rate.png"));
    assertEquals(ExitCode.USAGE.code(), rate.code(), rate.err());
    assertTrue(rate.err().contains("freezes layers in its phase head"), rate.err());
    Path anyModel = Files.writeString(folder.resolve("any.yaml"),
        Recipe.named("adam-simple").withModel(Recipe.ANY_MODEL).toYaml());
    refused(out, "Name a model with --model", "--recipe", anyModel.toString());
    Path recipe = Files.writeString(folder.resolve("frozen.yaml"), """
        name: frozen
        model: cifar_resnet8
        batch: 8
        phases:
          - {name: a, epochs: 1, rate: {kind: constant, peak: 0.1}, frozenThrough: stage9}
        optimizer: {kind: sgd}
        """);
    refused(out, "a vertex or endpoint of the network, found \"stage9\"", "--recipe", recipe.toString(), "--weights",
        first.toString());
  }

  private static void refused(Path out, String sentence, String... options) {
    Ran ran = train(data, out, options);
    assertEquals(ExitCode.USAGE.code(), ran.code(), ran.err());
    assertTrue(ran.err().toLowerCase(Locale.ROOT).contains(sentence.toLowerCase(Locale.ROOT)),
        ran.err());
    assertFalse(Files.exists(out));
  }
}
