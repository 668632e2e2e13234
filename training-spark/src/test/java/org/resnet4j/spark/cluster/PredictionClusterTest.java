package org.resnet4j.spark.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.resnet4j.spark.data.Drawn;
import org.resnet4j.testdata.cluster.Cluster;
import org.resnet4j.testdata.cluster.Submitted;
import org.resnet4j.zoo.ResNets;
import org.resnet4j.zoo.image.Preprocessing;
import org.resnet4j.zoo.weights.SavedModel;

/** Prediction by real executors, one of which is killed. */
@Tag("cluster")
@Timeout(600)
class PredictionClusterTest {
  private static final Duration PATIENCE = Duration.ofSeconds(240);
  private static final int IMAGES = 240;

  @TempDir
  private Path folder;

  /** Large enough that a task takes a while. */
  private static byte[] photo() throws IOException {
    BufferedImage image = new BufferedImage(700, 700, BufferedImage.TYPE_INT_RGB);
    Random random = new Random(1);
    for (int i = 0; i < 700 * 700; i++) {
      image.setRGB(i % 700, i / 700, random.nextInt(1 << 24));
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ImageIO.write(image, "jpg", bytes);
    return bytes.toByteArray();
  }

  @Test
  void anExecutorIsKilledAndEachImageIsThereOnce() throws Exception {
    new SavedModel(ResNets.named("cifar_resnet8").numClasses(2).inputShape(3, 32, 32).seed(4).build().init(),
        List.of("cat", "dog"), Preprocessing.unit(32), Map.of()).save(folder.resolve("model"));
    byte[] photo = photo();
    IntStream.range(0, IMAGES).forEach(i -> Drawn.write(folder.resolve("photos/" + i + ".jpg"), photo));
    try (Cluster cluster = Cluster.start(folder, 2, 1)) {
      Submitted program = cluster.submit("predict", "--weights", folder.resolve("model").toString(), "--data",
          folder.resolve("photos").toString(), "--out", folder.resolve("out").toString(), "--batch", "8");
      program.waitFor(Pattern.compile("Finished task \\d+\\.0 in stage 0.0"), PATIENCE);
      program.killExecutor(new Random(1));
      assertEquals(0, program.waitFor(PATIENCE), program::stderr);
      assertTrue(program.stderr().contains("Lost executor"), program::stderr);
      assertTrue(program.stdout().startsWith("Predicted 240 images, and 0 are damaged"), program::stdout);
    }
    assertTrue(Files.exists(folder.resolve("out/_SUCCESS")));
    try (SparkSession session = SparkSession.builder().master("local[1]").config("spark.ui.enabled", false)
        .getOrCreate()) {
      assertEquals(IMAGES, session.read().parquet(folder.resolve("out").toString()).count());
      assertEquals(IMAGES, session.read().parquet(folder.resolve("out").toString()).select("path").distinct().count());
    }
  }
}
