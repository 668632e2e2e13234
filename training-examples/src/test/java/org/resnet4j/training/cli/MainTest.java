package org.resnet4j.training.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.resnet4j.zoo.ResNets;

class MainTest {
  @TempDir
  private Path folder;

  @Test
  void helpListsCommandsAndExitCodes() {
    Ran help = Ran.of("--help");
    assertEquals(0, help.code());
    for (String word : List.of("finetune", "predict", "evaluate", "list", "summary", "benchmark", "doctor",
        "quickstart", "Exit codes")) {
      assertTrue(help.out().contains(word), word);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"finetune", "predict", "evaluate", "list", "summary", "benchmark", "export", "doctor",
      "quickstart"})
  void everyCommandHasHelpAndVersion(String command) {
    Ran help = Ran.of(command, "--help");
    assertEquals(0, help.code());
    assertTrue(help.out().contains("Usage: resnet4j " + command) && help.out().contains("Exit codes"));
    assertEquals(0, Ran.of(command, "--version").code());
  }

  @Test
  void nonsenseIsAUsageError() {
    assertEquals(2, Ran.of().code());
    assertEquals(2, Ran.of("train").code());
    assertEquals(2, Ran.of("list", "--nonsense").code());
    assertEquals(2, Ran.of("finetune", "--model", "resnet18").code());
    assertEquals(2, Ran.of("summary", "resnet50_v2_ref_keras", "--image-size", "8").code());
  }

  @Test
  void aUsageErrorIsASentenceNotTheWholeHelp() {
    Ran ran = Ran.of("finetune", "--data", folder, "--model", "resnet18", "--out", folder.resolve("o"), "--epochs", "x");
    assertEquals(2, ran.code());
    assertEquals(2, ran.err().lines().count(), ran.err());
    assertTrue(ran.err().contains("--epochs") && ran.err().contains("resnet4j finetune --help"), ran.err());
    assertEquals(2, Ran.of("finetune", "--data", folder, "--model", "resnet18", "--out", folder.resolve("o"),
        "--image-size", "5000").code());
    assertEquals(2, Ran.of("finetune", "--data", folder, "--model", "resnet18", "--out", folder.resolve("o"),
        "--head-epochs", "2").code(), "there are no weights to start from");
  }

  @Test
  void resultsThatCannotBeWrittenAreAFailure() {
    PrintStream full = new PrintStream(new OutputStream() {
      @Override
      public void write(int b) throws IOException {
        throw new IOException("No space left on device");
      }
    }, true);
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    assertEquals(1, Main.run(full, new PrintStream(err, true), "list"));
    assertTrue(err.toString().contains("written"), err.toString());
  }

  @Test
  void aPathThatCannotBeWrittenIsASentence() {
    Ran ran = Ran.of("summary", "cifar_resnet8", "--diagram", folder.resolve("none/net.svg"));
    assertEquals(1, ran.code());
    assertTrue(ran.err().contains("no such file or folder") && !ran.err().contains("Exception") && !ran.err().contains(".svg"),
        ran.err());
  }

  @Test
  void anUnknownModelNamesTheNearest() {
    Ran ran = Ran.of("summary", "resnet51");
    assertEquals(2, ran.code());
    assertTrue(ran.err().contains("resnet50"), ran.err());
    assertTrue(ran.out().isEmpty());
    assertEquals(2, Ran.of("finetune", "--data", folder, "--model", "resnet51", "--out", folder.resolve("o")).code());
    assertFalse(Files.exists(folder.resolve("o")));
  }

  @Test
  void listHasAModelALineItsNameFirst() {
    List<String> lines = Ran.of("list").out().lines().toList();
    assertEquals(ResNets.names(), lines.stream().map(line -> line.split(" ")[0]).toList());
    Ran some = Ran.of("list", "resnext*");
    assertEquals(3, some.out().lines().count());
    assertTrue(some.out().lines().allMatch(line -> line.startsWith("resnext")));
    assertEquals(2, Ran.of("list", "nothing*").code());
  }

  @Test
  void summaryTellsTheTotalsAndDraws() throws IOException {
    Path svg = folder.resolve("net.svg");
    Ran ran = Ran.of("summary", "resnet18", "--classes", 10, "--diagram", svg);
    assertEquals(0, ran.code(), ran.err());
    assertTrue(ran.out().lines().anyMatch(line -> line.matches("Total trainable parameters: 11,181,642")), ran.out());
    assertTrue(Files.readString(svg).contains("<svg"));
  }

  @Test
  void whatIsMissingHasItsExitCode() throws IOException {
    Path data = ShapeImages.write(folder.resolve("data/one"), ShapeImages.Shape.RED_DISC, 3, 1).getParent();
    Path out = folder.resolve("out");
    Ran none = Ran.of("finetune", "--data", folder.resolve("nowhere"), "--model", "cifar_resnet8", "--out", out);
    assertEquals(3, none.code(), none.err());
    Ran oneClass = Ran.of("finetune", "--data", data, "--model", "cifar_resnet8", "--out", out);
    assertEquals(3, oneClass.code(), oneClass.err());
    assertEquals(4, Ran.of("predict", data.resolve("one/000.png"), "--model", data).code());
    assertEquals(2, Ran.of("evaluate", "--data", data, "--model", "cifar_resnet8").code(), "a name without weights");
    assertEquals(4, Ran.of("evaluate", "--data", data, "--weights", folder.resolve("none.safetensors")).code());
    Path notWeights = Files.writeString(folder.resolve("x.safetensors"), "no weights at all");
    assertEquals(4, Ran.of("evaluate", "--data", data, "--weights", notWeights).code());
  }

  @Test
  void stackTracesComeOnlyWhenAskedFor() {
    assertFalse(Ran.of("summary", "nope").err().contains("\tat "));
    assertTrue(Ran.of("summary", "nope", "--verbose").err().contains("\tat "));
  }

  @Test
  void outIsNeverSomethingElse() throws IOException {
    Path data = ShapeImages.write(folder.resolve("data/a"), ShapeImages.Shape.RED_DISC, 2, 1).getParent();
    Path file = Files.writeString(folder.resolve("file"), "text");
    assertEquals(2, Ran.of("finetune", "--data", data, "--model", "cifar_resnet8", "--out", file).code());
    Path foreign = Files.createDirectories(folder.resolve("foreign"));
    Files.writeString(foreign.resolve("thesis.doc"), "text");
    Ran ran = Ran.of("finetune", "--data", data, "--model", "cifar_resnet8", "--out", foreign, "--overwrite");
    assertEquals(2, ran.code());
    assertTrue(ran.err().contains("thesis.doc"), ran.err());
    assertEquals("text", Files.readString(foreign.resolve("thesis.doc")));
    assertEquals(2, Ran.of("finetune", "--data", data, "--model", "cifar_resnet8", "--out", data.resolve("o")).code());
  }
}
