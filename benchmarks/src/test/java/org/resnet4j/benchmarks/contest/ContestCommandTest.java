package org.resnet4j.benchmarks.contest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ContestCommandTest {
  @TempDir
  Path home;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  private int run(String... arguments) {
    List<String> all = new ArrayList<>(List.of("--home", home.toString()));
    all.addAll(List.of(arguments));
    return ContestCommand.run(new PrintStream(out), new PrintStream(err), all.toArray(String[]::new));
  }

  private String said() {
    return err.toString(StandardCharsets.UTF_8);
  }

  @Test
  void whoCantTrainDoesNotTakePart() {
    assertEquals(ExitCode.NO_CONTENDERS.code(), run("--only", "training", "--contenders", "onnxruntime-f32"));
    assertTrue(said().contains("None of the contenders that --contenders names can take part in training"), said());
    assertTrue(Files.notExists(home.resolve("target")), "nothing is begun");
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {
      "--only     | testing   | INFERENCE",
      "--models   | resnet51  | resnet50",
      "--batch    | 1,0       | found 0",
      "--batch    | many      | many",
      "--threads  | 1,some    | found \"some\"",
      "--threads  | 0         | found \"0\"",
      "--rounds   | 0         | found 0",
      "--pipeline | on        | only training",
      "--pipeline | half      | half",
      "--contenders | torch   | torch-eager-f32, torch-eager-bf16",
      "--model    | resnet18  | --model"})
  void whatMakesNoSenseIsSaid(String option, String value, String said) {
    assertEquals(ExitCode.USAGE.code(), run(option, value));
    assertTrue(said().contains(said), said());
    assertTrue(said().contains("--help"), said());
  }

  @Test
  void helpTellsOptionsContendersNeedsAndExitCodes() {
    assertEquals(ExitCode.OK.code(), run("--help"));
    String help = out.toString(StandardCharsets.UTF_8);
    for (String part : List.of("--only", "--models", "--batch", "--threads", "--pipeline", "--contenders", "--rounds",
        "--quick", "--output", "onnxruntime-int8", "g++", "Exit codes",
        "ratio resnet50 b8 t1 engine-f32 / onnxruntime-f32 = 1.02")) {
      assertTrue(help.contains(part), () -> part + " in " + help);
    }
    assertTrue(!help.contains("--home"), help);
  }

  @Test
  void threadsAreNumbersOrAllCores() {
    assertEquals(new Threads("all", 6), Threads.parse("all", 6));
    assertEquals(new Threads("4", 4), Threads.parse("4", 6));
    assertEquals(new Threads("4", 4), Threads.parse("04", 6));
  }
}
