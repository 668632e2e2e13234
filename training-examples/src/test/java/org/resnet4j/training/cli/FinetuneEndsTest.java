package org.resnet4j.training.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.resnet4j.training.cli.ShapeImages.Shape;

/** Runs of {@code finetune} that don't come to their end: what they say, and what they leave. */
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class FinetuneEndsTest {
  @TempDir
  private Path folder;
  private Path data;
  private Path run;

  @BeforeEach
  void draw() throws IOException {
    data = folder.resolve("data");
    run = folder.resolve("run");
    ShapeImages.write(data.resolve("red"), Shape.RED_DISC, 16, 1);
    ShapeImages.write(data.resolve("green"), Shape.GREEN_SQUARE, 16, 1);
  }

  private Object[] finetune(String... more) {
    return Stream.concat(Stream.of("finetune", "--data", data, "--out", run, "--model", "cifar_resnet8", "--patience",
        "0"), Stream.of(more)).toArray();
  }

  private long epochs() throws IOException {
    Path metrics = run.resolve("metrics.csv");
    try (Stream<String> rows = Files.exists(metrics) ? Files.lines(metrics) : Stream.empty()) {
      return Math.max(0, rows.count() - 1);
    }
  }

  private void assertPredicts() {
    Ran predicted = Ran.of("predict", "--model", run, data.resolve("red/000.png"));
    assertEquals(0, predicted.code(), predicted.err());
  }

  @Test
  void anInterruptedThreadLeavesTheBestModelAndSaysSo() throws Exception {
    FutureTask<Ran> training = new FutureTask<>(() -> Ran.of(finetune("--batch", "8", "--epochs", "100000")));
    Thread thread = new Thread(training, "training");
    thread.start();
    while (epochs() < 2 && thread.isAlive()) {
      Thread.sleep(20);
    }
    thread.interrupt();
    Ran ran = training.get();
    assertEquals(ExitCode.FAILURE.code(), ran.code(), ran.err());
    List<String> lines = ran.err().lines().toList();
    assertEquals("Interrupted.", lines.get(lines.size() - 1));
    assertTrue(lines.get(lines.size() - 2).matches("Stopped\\. The same command with --resume goes on from .* the best model so far is, too\\."),
        ran.err());
    assertPredicts();
  }

  @Test
  void aRunThatDivergesAtOnceLeavesNoModel() throws IOException {
    Ran ran = Ran.of(finetune("--batch", "8", "--epochs", "2", "--lr", "1000", "--weight-decay",
        "10"));
    assertEquals(ExitCode.DIVERGED.code(), ran.code(), ran.err());
    assertTrue(ran.err().lines().anyMatch(l -> l.matches("Training diverged: in step \\d+, epoch 1, at a learning rate"
        + " of [0-9.]+, the (training|validation) loss became (NaN|Infinity)\\. Lower the learning rate, or .*")), ran.err());
    assertEquals("", ran.out());
    assertFalse(Files.exists(run.resolve("weights.safetensors")));
    assertEquals(0, epochs());
  }

  /** A weight decay that multiplies weights by hundreds: one step an epoch, until they aren't finite. */
  @Test
  void aRunThatDivergesLaterKeepsItsBestModel() throws IOException {
    Ran ran = Ran.of(finetune("--batch", "64", "--epochs", "20", "--lr", "50", "--weight-decay", "10"));
    assertEquals(ExitCode.DIVERGED.code(), ran.code(), ran.err());
    assertTrue(ran.err().contains("Training diverged: "), ran.err());
    assertTrue(epochs() >= 1, "epochs before that: " + ran.err());
    assertTrue(ran.out().startsWith("Best epoch "), ran.out());
    assertTrue(Files.readString(run.resolve("report.html")).contains("Training diverged: "));
    assertPredicts();
  }
}
