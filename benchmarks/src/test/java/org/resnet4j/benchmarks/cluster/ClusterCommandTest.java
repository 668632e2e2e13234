package org.resnet4j.benchmarks.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine.ExitCode;

class ClusterCommandTest {
  @TempDir
  private Path folder;

  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  private int run(String... options) {
    List<String> arguments = new ArrayList<>(List.of("--home", folder.toString(), "--data", folder.toString()));
    arguments.addAll(List.of(options));
    PrintStream stream = new PrintStream(err, true, StandardCharsets.UTF_8);
    return ClusterCommand.run(stream, stream, arguments.toArray(String[]::new));
  }

  private String said() {
    return err.toString(StandardCharsets.UTF_8);
  }

  @Test
  void whatMakesNoSenseIsAUsageError() {
    assertEquals(ExitCode.USAGE, run("--epochs", "1"));
    assertEquals(ExitCode.USAGE, run("--workers", "0"));
    assertEquals(ExitCode.USAGE, run("--every", "16", "--steps", "8"));
    assertTrue(said().contains("a round ends with the epoch"), said());
    assertEquals(ExitCode.USAGE, run("--peer", "--workers", "1"));
    assertEquals(ExitCode.USAGE, run("--peer", "--every", "4"));
    assertTrue(said().contains("to compare with"), said());
  }

  @Test
  void withoutTheJarItSaysWhatToBuild() {
    assertEquals(ExitCode.SOFTWARE, run("--peer", "--workers", "2"));
    assertTrue(said().contains("build training-spark"), said());
  }

  @Test
  void trainsAsTheCommandLineDoes() {
    assertEquals(List.of("--average", "parameters", "--every", "16"), Mode.parameters(16).options());
    assertEquals(List.of("--average", "gradients"), Mode.GRADIENTS.options());
    Training training = new Training("auto", 128, 64, 3);
    assertEquals(4 * 64 * 128, training.images(4));
    assertEquals(List.of("train", "--recipe", "cifar10-fast", "--batch", "256", "--epochs", "3", "--precision", "auto",
        "--data", "images", "--out", "run"), training.arguments(2, Path.of("images"), Path.of("run")));
  }
}
