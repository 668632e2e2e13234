package org.resnet4j.spark.cluster;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Training by real executors, one of which is killed. */
@Tag("cluster")
@Timeout(600)
class TrainingClusterTest {
  private static final Duration PATIENCE = Duration.ofSeconds(240);

  @TempDir
  private Path folder;
  private Path recipe;

  @BeforeEach
  void write() throws IOException {
    recipe = Files.writeString(folder.resolve("recipe.yaml"), """
        name: short
        model: cifar_resnet8
        batch: 64
        validation: {kind: share, share: 0.2}
        phases:
          - {name: all, epochs: 2, rate: {kind: cosine, peak: 0.05}}
        optimizer: {kind: sgd, momentum: 0.9}
        variation: {crop: {kind: pad, pixels: 4}, flip: true}
        """);
  }

  private Submitted train(Cluster cluster, String out, String... more) throws IOException {
    String[] arguments = {"train", "--recipe", recipe.toString(), "--data", "synthetic", "--out",
        folder.resolve(out).toString(), "--workers", "2"};
    String[] all = java.util.Arrays.copyOf(arguments, arguments.length + more.length);
    System.arraycopy(more, 0, all, arguments.length, more.length);
    return cluster.submit(all);
  }

  private byte[] weights(String out) throws IOException {
    return Files.readAllBytes(folder.resolve(out).resolve("weights.safetensors"));
  }

  @Test
  void aKilledExecutorChangesNothing() throws Exception {
    try (Cluster cluster = Cluster.start(folder, 2, 1)) {
      Submitted whole = train(cluster, "whole", "--average", "parameters", "--every", "4");
      assertEquals(0, whole.waitFor(PATIENCE), whole::stderr);
      assertTrue(whole.stdout().contains("images:"), whole::stdout);
      assertTrue(Files.exists(folder.resolve("whole/report.html")));

      Submitted killed = train(cluster, "killed", "--average", "parameters", "--every", "4");
      killed.waitFor(Pattern.compile("Epoch 1/2 \\(all\\)"), PATIENCE);
      killed.killExecutor(new Random(1));
      assertEquals(0, killed.waitFor(PATIENCE), killed::stderr);
      assertTrue(killed.stderr().contains("Lost executor"), killed::stderr);
      assertArrayEquals(weights("whole"), weights("killed"));
    }
  }
}
