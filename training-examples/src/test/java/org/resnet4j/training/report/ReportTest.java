package org.resnet4j.training.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.resnet4j.training.loop.EpochMetrics;
import org.resnet4j.training.loop.Evaluation;
import org.resnet4j.training.loop.Prediction;

class ReportTest {
  private static final String HOSTILE = "<img src=x onerror=alert(1)>\"'&\u202e";

  @TempDir
  private Path folder;

  @Test
  void strangersNamesAreTextOnly() throws IOException {
    String page = write(content(List.of(HOSTILE, "b"), true));
    assertFalse(page.contains("<img src=x"), "a class name became markup");
    assertTrue(page.contains("&lt;img src=x onerror=alert(1)&gt;&quot;&#39;&amp;\ufffd"));
  }

  @Test
  void thePageNeedsNothingFromOutside() throws IOException {
    String page = write(content(List.of("a", "b"), true));
    Matcher reference = Pattern.compile("(?:src|href)=\"([^\"]*)\"|url\\(([^)]*)\\)").matcher(page);
    int references = 0;
    while (reference.find()) {
      references++;
      assertTrue(reference.group(1) != null && reference.group(1).startsWith("data:image/"), reference.group());
    }
    assertEquals(3, references, "curves, confusion matrix, one mistake");
    assertFalse(page.contains("<script"));
  }

  @Test
  void tellsFiguresSettingsWarningsAndBadImages() throws IOException {
    String page = write(content(List.of("cat", "dog"), true));
    for (String told : List.of("50.0\u00a0%", "1 of 2", "setting 7", "version 9", "a warning", "bad/file.png",
        "truncated", "pictures/wrong.png", "best epoch")) {
      assertTrue(page.contains(told), told);
    }
  }

  @Test
  void aRunWithoutMistakesSaysSo() throws IOException {
    assertTrue(write(content(List.of("cat", "dog"), false)).contains("every image is right"));
  }

  @Test
  void picturesArePngOfTheirOwnSize() throws IOException {
    write(content(List.of("cat", "dog"), true));
    BufferedImage curves = ImageIO.read(folder.resolve(Report.CURVES).toFile());
    assertTrue(curves.getWidth() > 1000 && curves.getHeight() > 300);
    BufferedImage matrix = ImageIO.read(folder.resolve(Report.CONFUSION_MATRIX).toFile());
    assertTrue(inColour(matrix, Palette.ACCENT), "a class that is always right is blue");
    assertTrue(inColour(matrix, Palette.WRONG), "one that is always wrong is orange");
  }

  @Test
  void aThousandClassesStillFitAPicture() throws IOException {
    write(content(IntStream.range(0, 1000).mapToObj(i -> "class " + i).toList(), true));
    BufferedImage matrix = ImageIO.read(folder.resolve(Report.CONFUSION_MATRIX).toFile());
    assertTrue(matrix.getWidth() < 2500 && matrix.getWidth() >= 1000, "width " + matrix.getWidth());
  }

  @Test
  void veryLongNamesAreCutInThePictureAndWholeOnThePage() throws IOException {
    String longName = "n".repeat(400);
    assertTrue(write(content(List.of(longName, "b"), true)).contains(longName));
    assertTrue(ImageIO.read(folder.resolve(Report.CONFUSION_MATRIX).toFile()).getWidth() < 1000);
  }

  private String write(ReportContent content) throws IOException {
    Report.write(content, folder);
    return Files.readString(folder.resolve(Report.PAGE));
  }

  /** Two images, one of each of the first two classes; the second is taken for the first when {@code mistake}. */
  private static ReportContent content(List<String> classes, boolean mistake) {
    EpochMetrics epoch = new EpochMetrics(1, 1.5, 0.4, 1.25, 0.5, 0.1, 100, 10, "all", 0.8, 40, 0.05);
    List<Prediction> predictions = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      int predicted = mistake ? 0 : i;
      predictions.add(new Prediction(i, i, new int[] {predicted, 1 - predicted}, new float[] {0.75f, 0.25f},
          predicted == i ? 0.288 : 1.386));
    }
    Evaluation evaluation = new Evaluation(classes, predictions);
    BufferedImage picture = new BufferedImage(300, 200, BufferedImage.TYPE_INT_ARGB);
    List<ShownImage> mistakes =
        evaluation.worstMistakes(3).stream().map(p -> new ShownImage(picture, "pictures/wrong.png", p)).toList();
    return new ReportContent("A run", "A sentence.", List.of(epoch), epoch, "test", evaluation, mistakes,
        Map.of("a", "setting 7"), Map.of("b", "version 9"), List.of("a warning"), Map.of("bad/file.png", "truncated"));
  }

  private static boolean inColour(BufferedImage picture, Color colour) {
    for (int y = 0; y < picture.getHeight(); y++) {
      for (int x = 0; x < picture.getWidth(); x++) {
        if ((picture.getRGB(x, y) & 0xFFFFFF) == (colour.getRGB() & 0xFFFFFF)) {
          return true;
        }
      }
    }
    return false;
  }
}
