package org.resnet4j.training.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
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
  void thePageNeedsNothingFromOutside() throws Exception {
    String page = write(content(List.of("a", "b"), true));
    Matcher reference = Pattern.compile("(?:src|srcset)=\"([^\"]*)\"").matcher(page);
    int pictures = 0;
    while (reference.find()) {
      pictures++;
      assertTrue(reference.group(1).startsWith("data:image/"), reference.group());
    }
    assertEquals(2 * 5 + 1, pictures, "four curves and the confusion matrix, light and dark, one mistake");
    Matcher link = Pattern.compile("href=\"([^\"]*)\"").matcher(page);
    while (link.find()) {
      assertTrue(link.group(1).startsWith("#") && page.contains("id=\"" + link.group(1).substring(1) + "\""),
          link.group());
    }
    assertFalse(page.contains("url("), "a style sheet that fetches");
    assertFalse(page.contains("://"), "an address");
  }

  @Test
  void onlyTheSortingScriptMayRun() throws Exception {
    String page = write(content(List.of(HOSTILE, "b"), true));
    Matcher script = Pattern.compile("<script>(.*?)</script>", Pattern.DOTALL).matcher(page);
    assertTrue(script.find());
    String hash = Base64.getEncoder().encodeToString(
        MessageDigest.getInstance("SHA-256").digest(script.group(1).getBytes(StandardCharsets.UTF_8)));
    assertTrue(page.contains("script-src 'sha256-" + hash + "'"), "the policy allows our script");
    assertTrue(page.contains("default-src 'none'"));
    assertFalse(script.find(), "another script");
  }

  @Test
  void showsTheRecipeTheRightImagesAndTheEvidence() throws IOException {
    ReportContent plain = content(List.of("cat", "dog"), true);
    BufferedImage seen = new BufferedImage(32, 32, BufferedImage.TYPE_INT_RGB);
    float[][] map = {{0, 1}, {0.5f, 0}};
    Prediction right = plain.evaluation().predictions().get(0);
    ShownImage wrong = plain.mistakes().get(0);
    ReportContent full = new ReportContent(plain.title(), plain.summary(), plain.epochs(), plain.best(),
        plain.evaluatedOn(), plain.evaluation(), List.of(new ShownImage(wrong.picture(), wrong.file(),
            wrong.prediction(), Optional.of(new ShownImage.Evidence(seen, map, Optional.of(map))))), plain.settings(), plain.environment(),
        plain.warnings(), plain.badImages(), new ReportExtras(Optional.of("name: a <b>\n  rate:\t0.1\n"),
            List.of(new ShownImage(seen, "pictures/right.png", right,
                Optional.of(new ShownImage.Evidence(seen, map, Optional.empty()))))));
    String page = write(full);
    assertTrue(page.contains("<pre tabindex=\"0\">name: a &lt;b&gt;\n  rate:    0.1</pre>"),
        "the recipe, line by line");
    assertTrue(page.contains("pictures/right.png"));
    assertTrue(page.contains("alt=\"evidence for cat\"") && page.contains("alt=\"evidence for dog\""));
    Pattern image = Pattern.compile("<img class=\"(?:right|wrong)? ?(?:tiny)?\" alt");
    assertEquals(1 + 2 + 2, image.matcher(page).results().count(), "a mistake with two maps, a right image with one");
  }

  @Test
  void namesTheClassesThatAreTakenForOthers() throws IOException {
    List<Prediction> predictions = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      int predicted = i < 3 ? 1 : i < 4 ? 2 : 0;
      predictions.add(new Prediction(i, 0, new int[] {predicted}, new float[] {1}, 1));
    }
    List<Confusion> most = Confusion.most(new Evaluation(List.of("a", "b", "c"), predictions), 5);
    assertEquals(List.of(new Confusion("a", "b", 3, 0.3), new Confusion("a", "c", 1, 0.1)), most);
  }

  @Test
  void theUntrainedNetIsNoTrainedEpochAndHasDashesForWhatItLacks() throws IOException {
    ReportContent plain = content(List.of("cat", "dog"), true);
    double none = Double.NaN;
    EpochMetrics untrained = new EpochMetrics(0, none, none, 0.7, 0.5, none, none, none, "start", none, 0, none);
    String page = write(new ReportContent("A run", "", List.of(untrained, plain.best()), plain.best(), "test",
        plain.evaluation(), List.of(), Map.of(), Map.of(), List.of(), Map.of()));
    assertTrue(page.contains("of 1 trained"));
    assertTrue(page.contains("<td>0</td><td>start</td><td>–</td><td>–</td><td>0.7000</td>"));
    assertTrue(page.contains("100 images/s, 5.0\u00a0% of the time waiting"));
    assertFalse(page.contains(">NaN"));
  }

  @Test
  void aRunThatDivergedHasAPageToo() throws IOException {
    ReportContent plain = content(List.of("cat", "dog"), true);
    EpochMetrics lost = new EpochMetrics(2, Double.NaN, 0.1, Double.POSITIVE_INFINITY, 0.5, 0.1, 100, 10, "all", 0.8, 80,
        0.05);
    write(new ReportContent("A run", "", List.of(plain.best(), lost), plain.best(), "test", plain.evaluation(),
        List.of(), Map.of(), Map.of(), List.of(), Map.of()));
    write(new ReportContent("A run", "", List.of(lost), lost, "test", plain.evaluation(), List.of(), Map.of(), Map.of(),
        List.of(), Map.of()));
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
    assertTrue(inColour(matrix, Theme.LIGHT.accent()), "a class that is always right is blue");
    assertTrue(inColour(matrix, Theme.LIGHT.wrong()), "one that is always wrong is orange");
  }

  @Test
  void aThousandClassesStillFitAPictureAndAPageForMail() throws IOException {
    SplittableRandom random = new SplittableRandom(1);
    List<String> classes =
        IntStream.range(0, 1000).mapToObj(i -> "class " + i + " with a name of some length").toList();
    List<Prediction> predictions = new ArrayList<>();
    for (int i = 0; i < 50_000; i++) {
      int predicted = random.nextInt(3) == 0 ? random.nextInt(1000) : i % 1000;
      predictions.add(new Prediction(i, i % 1000, new int[] {predicted}, new float[] {0.5f}, 1));
    }
    BufferedImage noise = new BufferedImage(224, 224, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < 224 * 224; i++) {
      noise.setRGB(i % 224, i / 224, 0x10101 * random.nextInt(100, 156));
    }
    float[][] map = new float[7][7];
    map[3][3] = 1;
    ReportContent plain = content(List.of("a", "b"), true);
    Evaluation evaluation = new Evaluation(classes, predictions);
    List<ShownImage> mistakes = evaluation.worstMistakes(24).stream().map(p -> new ShownImage(noise, "wrong.png", p,
        Optional.of(new ShownImage.Evidence(noise, map, Optional.of(map))))).toList();
    List<ShownImage> right = predictions.stream().filter(Prediction::right).limit(1000).map(p -> new ShownImage(noise,
        "right.png", p, Optional.of(new ShownImage.Evidence(noise, map, Optional.empty())))).toList();
    String page = write(new ReportContent("A run", "", plain.epochs(), plain.best(), "test", evaluation, mistakes,
        Map.of(), Map.of(), List.of(), Map.of(), new ReportExtras(Optional.empty(), right)));
    BufferedImage matrix = ImageIO.read(folder.resolve(Report.CONFUSION_MATRIX).toFile());
    assertTrue(matrix.getWidth() < 2500 && matrix.getWidth() >= 1000, "width " + matrix.getWidth());
    assertTrue(page.contains(ReportExtras.MOST_EXAMPLES + " of 1000 images."));
    assertTrue(page.length() < 5_000_000, page.length() + " bytes");
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
