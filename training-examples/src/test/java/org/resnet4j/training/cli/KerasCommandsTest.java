package org.resnet4j.training.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.resnet4j.testdata.Fixtures;
import org.resnet4j.training.cli.ShapeImages.Shape;
import org.resnet4j.training.recipe.Recipe;

/** Files that real Keras saved, on the command line: verify, import, and wherever weights are named. */
class KerasCommandsTest {
  @TempDir
  private static Path folder;
  private static Path keras;
  private static Path data;

  @TempDir
  private Path other;

  @BeforeAll
  static void unpack() throws IOException {
    keras = folder.resolve("transfer");
    Fixtures.unpack("keras/transfer_functional.zip", Files.createDirectories(keras));
    data = folder.resolve("data");
    ShapeImages.write(data.resolve("disc"), Shape.RED_DISC, 12, 1);
    ShapeImages.write(data.resolve("square"), Shape.GREEN_SQUARE, 12, 1);
  }

  @Test
  void verifyTellsThatAModelComputesWhatKerasComputed() {
    for (String file : List.of("k2.h5", "k2.keras", "k3.h5", "k3.keras")) {
      Ran ran = Ran.of("verify", keras.resolve(file), "--io", keras.resolve("io.npz"));
      assertEquals(0, ran.code(), ran.err());
      assertTrue(ran.out().lines().anyMatch(line -> line.startsWith("y ") && line.endsWith("agrees")), ran.out());
    }
    for (String file : List.of("k2w.h5", "k2w.weights.h5", "k3w.weights.h5")) {
      Ran ran = Ran.of("verify", keras.resolve(file), "--io", keras.resolve("io.npz"),
          "--architecture", keras.resolve(file.substring(0, 2) + ".json"));
      assertEquals(0, ran.code(), ran.err());
    }
  }

  @Test
  void verifyKnowsALayerOfANestedModelByItsPath() throws IOException {
    Path io = other.resolve("paths.npz");
    try (ZipFile recorded = new ZipFile(keras.resolve("io.npz").toFile());
        ZipOutputStream renamed = new ZipOutputStream(Files.newOutputStream(io))) {
      for (ZipEntry entry : Collections.list(recorded.entries())) {
        renamed.putNextEntry(new ZipEntry(entry.getName().replace("mid__conv.", "mid__small_base/conv.")));
        recorded.getInputStream(entry).transferTo(renamed);
      }
    }
    Ran ran = Ran.of("verify", keras.resolve("k3.keras"), "--io", io);
    assertEquals(0, ran.code(), ran.err());
    assertTrue(ran.out().lines().anyMatch(line -> line.startsWith("mid__small_base/conv ")), ran.out());
  }

  @Test
  void verifyFailsWhereAnythingDiffers() throws IOException {
    Path training = Files.createDirectories(other.resolve("trained"));
    Fixtures.unpack("keras/train_frozen_base_k2.zip", training);
    Path untrained = Files.createDirectories(other.resolve("untrained"));
    Fixtures.unpack("keras/train_frozen_norms_k2.zip", untrained);
    Ran ran = Ran.of("verify", training.resolve("k2.h5"), "--io", untrained.resolve("io.npz"));
    assertEquals(ExitCode.DIFFERENT.code(), ran.code(), ran.out() + ran.err());
    assertTrue(ran.out().contains("DIFFERS"), ran.out());

    Ran withoutArchitecture = Ran.of("verify", keras.resolve("k2w.h5"), "--io", keras.resolve("io.npz"));
    assertEquals(ExitCode.BAD_MODEL.code(), withoutArchitecture.code());
    assertTrue(withoutArchitecture.err().contains("--architecture"), withoutArchitecture.err());
  }

  @Test
  void anImportedFolderIsAModelLikeAnyOther() throws IOException {
    Path out = other.resolve("imported");
    Ran ran = Ran.of("import", keras.resolve("k3.keras"), "--out", out, "--classes", "a,b,disc,square");
    assertEquals(0, ran.code(), ran.err());
    assertTrue(ran.out().contains("Conv2D") && ran.out().contains("ConvolutionLayer"), ran.out());
    assertTrue(ran.err().contains("--preprocessing"), "the rule that was chosen is told: " + ran.err());
    assertEquals(List.of("a", "b", "disc", "square"), Files.readAllLines(out.resolve("classes.txt")));

    Ran predicted = Ran.of("predict", "--model", out, data.resolve("disc/000.png"), "--top", 4);
    assertEquals(0, predicted.code(), predicted.err());
    Ran direct = Ran.of("predict", "--weights", keras.resolve("k3.keras"), "--classes", "a,b,disc,square",
        data.resolve("disc/000.png"), "--top", 4);
    assertEquals(predicted.out(), direct.out());
    Ran evaluated = Ran.of("evaluate", "--model", out, "--data", data);
    assertEquals(0, evaluated.code(), evaluated.err());
    assertTrue(evaluated.out().contains(" of 24 right"), evaluated.out());
  }

  @Test
  void finetuneBeginsFromAKerasModel() throws IOException {
    Path out = other.resolve("run");
    Ran ran = Ran.of("finetune", "--data", data, "--weights", keras.resolve("k2.h5"), "--out", out, "--batch", 8,
        "--epochs", 2, "--head-epochs", 1, "--augmentation", "none");
    assertEquals(0, ran.code(), ran.err());
    assertTrue(Files.exists(out.resolve("report.html")));
    List<String> metrics = Files.readAllLines(out.resolve("metrics.csv"));
    assertTrue(metrics.get(1).contains(",head,") && metrics.get(2).contains(",all,"), metrics.toString());
    assertEquals(Recipe.ANY_MODEL, Recipe.read(out.resolve("recipe.yaml")).model(), "it is none of the zoo's");
    assertEquals(0, Ran.of("evaluate", "--model", out, "--data", data).code());
  }

  @Test
  void logitsBecomeProbabilities() throws IOException {
    Path logits = Files.createDirectories(other.resolve("logits"));
    Fixtures.unpack("keras/compiled_sgd_nesterov_sparse_logits.zip", logits);
    Path out = other.resolve("imported logits");
    Ran ran = Ran.of("import", logits.resolve("k3.keras"), "--out", out, "--preprocessing", "unit");
    assertEquals(0, ran.code(), ran.err());
    assertTrue(ran.err().contains("logits"), ran.err());
    Ran predicted = Ran.of("predict", "--model", out, data.resolve("disc/000.png"), "--format", "csv", "--top", 99);
    assertEquals(0, predicted.code(), predicted.err());
    double[] probabilities = predicted.out().lines().skip(1)
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(',') + 1))).toArray();
    assertTrue(probabilities.length > 1 && Arrays.stream(probabilities).allMatch(p -> p > 0), predicted.out());
    assertEquals(1, Arrays.stream(probabilities).sum(), 1e-4);
  }

  @Test
  void whatIsNoClassifierIsToldSo() throws IOException {
    Path several = Files.createDirectories(other.resolve("several"));
    Fixtures.unpack("keras/compiled_two_outputs.zip", several);
    Path out = other.resolve("out");
    Ran imported = Ran.of("import", several.resolve("k2.h5"), "--out", out);
    assertEquals(ExitCode.BAD_MODEL.code(), imported.code(), imported.err());
    assertTrue(imported.err().contains("2 outputs"), imported.err());
    assertFalse(Files.exists(out));
    Ran tuned = Ran.of("finetune", "--weights", several.resolve("k2.h5"), "--data", data, "--out", out);
    assertEquals(ExitCode.BAD_MODEL.code(), tuned.code(), tuned.err());

    Path features = Files.createDirectories(other.resolve("features"));
    Fixtures.unpack("keras/identities.zip", features);
    Ran predicted = Ran.of("predict", "--weights", features.resolve("k3.keras"), data.resolve("disc/000.png"));
    assertEquals(ExitCode.BAD_MODEL.code(), predicted.code(), predicted.err());
    assertTrue(predicted.err().contains("ends in features"), predicted.err());

    Ran torch = Ran.of("import", keras.resolve("k2w.h5"), "--architecture", "resnet50");
    assertEquals(ExitCode.USAGE.code(), torch.code(), torch.err());
    assertTrue(torch.err().contains("resnet50_keras"), torch.err());
  }

  @Test
  void aFileThatCantBeUsedIsToldInOneSentence() throws IOException {
    Path damaged = other.resolve("damaged.h5");
    byte[] whole = Files.readAllBytes(keras.resolve("k2.h5"));
    Files.write(damaged, Arrays.copyOf(whole, whole.length / 2));
    Path text = Files.writeString(other.resolve("model.h5"), "hello");
    for (Path file : List.of(damaged, text, other.resolve("none.h5"), other)) {
      Path out = other.resolve("out");
      Ran ran = Ran.of("import", file, "--out", out);
      assertTrue(ran.code() == ExitCode.BAD_MODEL.code() || ran.code() == ExitCode.FAILURE.code(), ran.err());
      assertEquals(1, ran.err().lines().count(), ran.err());
      assertTrue(ran.err().contains("expected"), ran.err());
      assertEquals("", ran.out());
      assertFalse(Files.exists(out));
    }
  }
}
