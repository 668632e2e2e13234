package org.resnet4j.spark.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.resnet4j.training.cli.ExitCode;

/** Whole commands, in this process, on paths that aren't there. */
class UnreachableTest {
  private static final List<String> SETTINGS = List.of("spark.master", "spark.ui.enabled");

  @TempDir
  private Path temp;

  @BeforeEach
  void name() {
    System.setProperty("spark.master", "local[1]");
    System.setProperty("spark.ui.enabled", "false");
  }

  @AfterEach
  void forget() {
    SETTINGS.forEach(System::clearProperty);
  }

  private static void refused(ExitCode code, String beginning, String end, String... arguments) {
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    PrintStream err = new PrintStream(said, true, StandardCharsets.UTF_8);
    assertEquals(code.code(), SparkMain.run(err, err, arguments), said::toString);
    List<String> lines = said.toString(StandardCharsets.UTF_8).lines()
        .filter(line -> !line.startsWith("Warning: Tasks run in this process")).toList();
    assertEquals(1, lines.size(), said::toString);
    assertTrue(lines.get(0).startsWith(beginning), said::toString);
    assertTrue(lines.get(0).endsWith(end), said::toString);
  }

  @Test
  void dataAndOutOfATraining() {
    Path out = temp.resolve("out");
    refused(ExitCode.BAD_DATA, "s3a://bucket/x: cannot be reached from the driver on ", ", and name it s3a://.",
        "train", "--recipe", "cifar10-fast", "--data", "s3a://bucket/x", "--out", out.toString());
    assertFalse(Files.exists(out));
    refused(ExitCode.FAILURE, "--out hdfs://127.0.0.1:1/x: cannot be reached from the driver on ",
        "(ConnectException: Connection refused); is it up, is that its port, and does no firewall lie between?",
        "train", "--recipe", "cifar10-fast", "--data", "synthetic", "--out", "hdfs://127.0.0.1:1/x");
  }

  @Test
  void outOfAPack() {
    refused(ExitCode.FAILURE, "hdfs://127.0.0.1:1/x: cannot be reached from the driver on ",
        "does no firewall lie between?", "pack", "--data", temp.toString(), "--out", "hdfs://127.0.0.1:1/x");
  }
}
