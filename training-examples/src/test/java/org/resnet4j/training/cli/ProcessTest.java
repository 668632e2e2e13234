package org.resnet4j.training.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What shows only in a process of its own. */
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class ProcessTest {
  @TempDir
  private Path folder;

  @Test
  void listAnswersWithoutStartingNd4j() throws Exception {
    Process list = start(List.of("-verbose:class"), "list", "resnet18");
    assertEquals(0, list.waitFor());
    List<String> lines = Files.readAllLines(folder.resolve("out"));
    assertTrue(lines.stream().anyMatch(l -> l.startsWith("resnet18 ")));
    assertFalse(lines.stream().anyMatch(l -> l.contains(" org.nd4j.linalg.factory.Nd4j ")));
  }

  @Test
  void aKilledRunLeavesItsBestModelAndSaysSo() throws Exception {
    assumeFalse(System.getProperty("os.name").startsWith("Windows"), "Windows kills without a word");
    Path data = folder.resolve("data");
    ShapeImages.write(data.resolve("red"), ShapeImages.Shape.RED_DISC, 12, 1);
    ShapeImages.write(data.resolve("green"), ShapeImages.Shape.GREEN_SQUARE, 12, 1);
    Path run = folder.resolve("run");
    Process training = start(List.of(), "finetune", "--data", data.toString(), "--model", "cifar_resnet8", "--out",
        run.toString(), "--batch", "8", "--epochs", "100000", "--patience", "0");
    while (training.isAlive() && (Files.notExists(run.resolve("metrics.csv"))
        || Files.readAllLines(run.resolve("metrics.csv")).size() < 4)) {
      Thread.sleep(50);
    }
    training.destroy();
    assertEquals(128 + 15, training.waitFor(), () -> read("err"));
    assertTrue(read("err").contains("Stopped. The best model so far, of epoch "), read("err"));
    Ran predicted = Ran.of("predict", "--model", run, data.resolve("red/000.png"));
    assertEquals(0, predicted.code(), predicted.err());
  }

  private Process start(List<String> flags, String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(ProcessHandle.current().info().command().orElse("java"));
    command.addAll(flags);
    command.addAll(List.of("-Xmx1g", "-cp", System.getProperty("java.class.path"), Main.class.getName()));
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command).redirectOutput(file("out")).redirectError(file("err")).start();
  }

  private File file(String name) {
    return folder.resolve(name).toFile();
  }

  private String read(String name) {
    try {
      return Files.readString(folder.resolve(name));
    } catch (IOException e) {
      return e.toString();
    }
  }
}
