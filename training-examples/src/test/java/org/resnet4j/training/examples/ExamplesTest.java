package org.resnet4j.training.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.resnet4j.zoo.ModelSummary;
import org.resnet4j.zoo.ResNets;

/** The programs to copy do what they say. */
class ExamplesTest {
  @TempDir
  private Path folder;

  @Test
  void buildModelCountsAndRuns() {
    String out = printed(() -> BuildModel.main(new String[] {"cifar_resnet8", "7"}));
    long parameters = ModelSummary.of(ResNets.named("cifar_resnet8").numClasses(7).build()).trainableParameters();
    assertTrue(out.contains(String.format("%,d trainable parameters", parameters)), out);
    assertTrue(out.contains("["), "two rows of probabilities: " + out);
  }

  @Test
  void fineTuneThenClassifyThenCompare() throws IOException {
    squares("dark", Color.DARK_GRAY);
    squares("orange", Color.ORANGE);
    String model = folder.resolve("model").toString();
    String dark = folder.resolve("data/dark/5.png").toString();
    String orange = folder.resolve("data/orange/5.png").toString();

    String trained = printed(() -> FineTune.main(new String[] {folder.resolve("data").toString(), model, "4"}));
    assertEquals(String.format("validation accuracy %.3f%n", 1.0), trained);

    String[] lines = printed(() -> Classify.main(new String[] {model, dark, orange})).split("\\R");
    assertTrue(lines[0].startsWith(dark + ": dark ("), lines[0]);
    assertTrue(lines[1].startsWith(orange + ": orange ("), lines[1]);

    String same = printed(() -> ExtractFeatures.main(new String[] {model, dark, dark}));
    assertEquals(String.format("64 features, cosine similarity %.4f%n", 1.0), same);
    String different = printed(() -> ExtractFeatures.main(new String[] {model, dark, orange}));
    assertTrue(different.startsWith("64 features") && !different.equals(same), different);
  }

  /** Twelve pictures, no two alike, mostly of one colour. */
  private void squares(String name, Color colour) throws IOException {
    Path target = Files.createDirectories(folder.resolve("data").resolve(name));
    for (int i = 0; i < 12; i++) {
      BufferedImage image = new BufferedImage(32, 32, BufferedImage.TYPE_INT_RGB);
      Graphics2D g = image.createGraphics();
      g.setColor(colour);
      g.fillRect(0, 0, 32, 32);
      g.setColor(Color.GRAY);
      g.fillRect(i, 20 - i, 6 + i % 3, 6);
      g.dispose();
      ImageIO.write(image, "png", target.resolve(i + ".png").toFile());
    }
  }

  private static String printed(Runnable program) {
    PrintStream out = System.out;
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    System.setOut(new PrintStream(bytes, true, StandardCharsets.UTF_8));
    try {
      program.run();
    } finally {
      System.setOut(out);
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }
}
