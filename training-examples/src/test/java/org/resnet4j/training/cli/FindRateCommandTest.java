package org.resnet4j.training.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FindRateCommandTest {
  @TempDir
  private Path folder;

  private Ran findRate(Object... more) {
    return Ran.of(Stream.concat(Stream.of("find-rate", "--recipe", "cifar10-fast", "--data", "synthetic", "--model",
        "cifar_resnet8", "--batch", "16"), Stream.of(more)).toArray());
  }

  @Test
  void printsARateAndDrawsTheCurve() throws IOException {
    Path plot = folder.resolve("new").resolve("plot.png");
    Ran ran = findRate("--out", plot, "--steps", "80", "--from", "1e-4", "--to", "3");
    assertEquals(0, ran.code(), ran.err());
    double rate = Double.parseDouble(ran.out().strip());
    assertTrue(rate > 1e-3 && rate < 0.3, ran.out());
    assertTrue(Files.size(plot) > 10_000);
    assertTrue(Files.readAllLines(plot.resolveSibling("plot.csv")).size() > 40);
  }

  @Test
  void whatMakesNoSenseIsToldInASentence() {
    Ran never = findRate("--out", folder.resolve("plot.png"), "--steps", "10", "--from", "1e-12", "--to", "1e-11");
    assertEquals(ExitCode.FAILURE.code(), never.code(), never.out());
    assertTrue(never.err().contains("made the loss fall"), never.err());
    Ran backwards = findRate("--out", folder.resolve("plot.png"), "--from", "1", "--to", "0.1");
    assertEquals(ExitCode.USAGE.code(), backwards.code(), backwards.err());
    assertEquals(ExitCode.USAGE.code(), findRate("--out", folder.resolve("plot.gif")).code());
  }
}
