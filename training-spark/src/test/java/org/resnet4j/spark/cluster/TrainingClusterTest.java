package org.resnet4j.spark.cluster;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.resnet4j.testdata.cluster.Cluster;
import org.resnet4j.testdata.cluster.Submitted;

/** Training by real executors, which are killed. */
@Tag("cluster")
@Timeout(900)
class TrainingClusterTest {
  private static final Duration PATIENCE = Duration.ofSeconds(240);

  @TempDir
  private Path folder;

  private Submitted train(Cluster cluster, String out, int epochs, String... more) throws IOException {
    return train(cluster, Map.of(), out, epochs, more);
  }

  private Submitted train(Cluster cluster, Map<String, String> settings, String out, int epochs, String... more)
      throws IOException {
    Path recipe = Files.writeString(folder.resolve("recipe.yaml"), """
        name: short
        model: cifar_resnet8
        batch: 64
        validation: {kind: share, share: 0.2}
        phases:
          - {name: all, epochs: %d, rate: {kind: cosine, peak: 0.05}}
        optimizer: {kind: sgd, momentum: 0.9}
        variation: {crop: {kind: pad, pixels: 4}, flip: true}
        """.formatted(epochs));
    List<String> arguments = new ArrayList<>(List.of("train", "--recipe", recipe.toString(), "--data", "synthetic",
        "--out", folder.resolve(out).toString(), "--workers", "2", "--average", "parameters", "--every", "4"));
    arguments.addAll(List.of(more));
    return cluster.submit(settings, arguments.toArray(String[]::new));
  }

  private static boolean isEmpty(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.noneMatch(file -> file.toString().endsWith(".safetensors"));
    }
  }

  private byte[] weights(String out) throws IOException {
    return Files.readAllBytes(folder.resolve(out).resolve("weights.safetensors"));
  }

  @Test
  void killedExecutorsAndDriversChangeNothing() throws Exception {
    try (Cluster cluster = Cluster.start(folder, 2, 1)) {
      Submitted whole = train(cluster, "whole", 2);
      assertEquals(0, whole.waitFor(PATIENCE), whole::stderr);
      assertTrue(whole.stdout().contains("images:"), whole::stdout);
      assertTrue(Files.exists(folder.resolve("whole/report.html")));

      Submitted killed = train(cluster, "killed", 2);
      epoch(killed, 1, 2);
      killed.killExecutor(new Random(1));
      assertEquals(0, killed.waitFor(PATIENCE), killed::stderr);
      assertTrue(killed.stderr().contains("Lost executor"), killed::stderr);
      assertArrayEquals(weights("whole"), weights("killed"));

      Submitted driver = train(cluster, "resumed", 2);
      Path checkpoints = folder.resolve("resumed/checkpoints");
      while (driver.running() && (Files.notExists(checkpoints) || isEmpty(checkpoints))) {
        Thread.sleep(20);
      }
      driver.close();
      Submitted resumed = train(cluster, "resumed", 2, "--resume");
      assertEquals(0, resumed.waitFor(PATIENCE), resumed::stderr);
      assertTrue(resumed.stderr().contains("Going on "), resumed::stderr);
      assertArrayEquals(weights("whole"), weights("resumed"));
    }
  }

  /** One in each epoch, at any moment of it; one that hasn't begun to work yet doesn't count. */
  @Test
  @Tag("long")
  void tenKilledExecutorsChangeNothing() throws Exception {
    int kills = 10;
    int epochs = 15;
    long seed = System.nanoTime();
    Random random = new Random(seed);
    try (Cluster cluster = Cluster.start(folder, 2, 1)) {
      Submitted whole = train(cluster, "whole", epochs);
      epoch(whole, 1, epochs);
      long began = System.nanoTime();
      epoch(whole, epochs - 1, epochs);
      int millis = (int) ((System.nanoTime() - began) / 1_000_000 / (epochs - 2));
      assertEquals(0, whole.waitFor(PATIENCE), whole::stderr);

      Submitted killed = train(cluster, "killed", epochs);
      for (int epoch = 1; epoch < epochs && lost(killed) < kills; epoch++) {
        epoch(killed, epoch, epochs);
        Thread.sleep(random.nextInt(millis));
        killed.killExecutor(random);
      }
      assertEquals(0, killed.waitFor(PATIENCE), killed::stderr);
      assertArrayEquals(weights("whole"), weights("killed"), "seed " + seed);
      assertTrue(lost(killed) >= kills, () -> lost(killed) + " were lost");
    }
  }

  private static long lost(Submitted training) {
    return Pattern.compile("Lost executor").matcher(training.stderr()).results().count();
  }

  private static void epoch(Submitted training, int epoch, int epochs) throws InterruptedException {
    training.waitFor(Pattern.compile("Epoch " + epoch + "/" + epochs + " \\(all\\)"), PATIENCE);
  }

  /** Natives of another system than the executor's are as good as none. */
  @Test
  void anExecutorWithoutNativesIsNamedBeforeTheTraining() throws Exception {
    try (Cluster cluster = Cluster.start(folder, 1, 1)) {
      Submitted unable = train(cluster, Map.of("spark.executor.instances", "1", "spark.executor.extraJavaOptions",
          "-XX:TieredStopAtLevel=1 -Dorg.bytedeco.javacpp.platform=linux-ppc64le"), "unable", 1);
      assertEquals(1, unable.waitFor(PATIENCE), unable::stderr);
      List<String> said = unable.stderr().lines().filter(line -> line.startsWith("Executor 0 on 127.0.0.1 can't load"
          + " ND4J: ") && line.endsWith("and let all workers be alike.")).toList();
      assertEquals(1, said.size(), unable::stderr);
      assertFalse(unable.stderr().contains("\tat "), unable::stderr);
      assertFalse(Files.exists(folder.resolve("unable")));
    }
  }
}
