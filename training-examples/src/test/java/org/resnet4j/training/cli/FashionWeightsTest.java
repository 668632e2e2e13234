package org.resnet4j.training.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.awt.image.BufferedImage;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.resnet4j.training.cli.ShapeImages.Shape;
import org.resnet4j.zoo.ResNetWeights;
import org.resnet4j.zoo.classify.ImageClassifier;
import org.resnet4j.zoo.weights.SavedModel;

/** Our own weights, from their jar, without a network or a cache. */
class FashionWeightsTest {
  private static final ResNetWeights WEIGHTS = ResNetWeights.CIFAR_RESNET20_FASHION_MNIST;
  private static final String IMAGES = "/org/resnet4j/training/quickstart/fashion-mnist-classes.zip";
  /** The quickstart's names of the classes, in the data set's order. */
  private static final List<String> FOLDERS = List.of("t-shirt", "trouser", "pullover", "dress", "coat", "sandal",
      "shirt", "sneaker", "bag", "ankle-boot");
  /** Where Debian's package puts the whole data set. */
  private static final Path WHOLE = Path.of("/usr/share/datasets/fashion-mnist");

  @TempDir
  private Path folder;

  @BeforeEach
  void offline() {
    System.setProperty("resnet4j.offline", "true");
    System.setProperty("resnet4j.cache", folder.resolve("cache").toString());
  }

  @AfterEach
  void reset() {
    System.clearProperty("resnet4j.offline");
    System.clearProperty("resnet4j.cache");
  }

  /** The quickstart's test images: 1,600 of the data set's 10,000, none of which the net was trained on. */
  @Test
  void theyTellTheQuickstartsImages() throws IOException {
    SavedModel model = WEIGHTS.load();
    assertEquals(WEIGHTS.classes(), model.classes());
    List<BufferedImage> images = new ArrayList<>();
    List<Integer> labels = new ArrayList<>();
    try (ZipInputStream zip = new ZipInputStream(new BufferedInputStream(getClass().getResourceAsStream(IMAGES)))) {
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        Path file = Path.of(entry.getName());
        if (!entry.isDirectory() && (file.startsWith("known") || file.startsWith("other/test"))) {
          images.add(ImageIO.read(zip));
          labels.add(FOLDERS.indexOf(file.getParent().getFileName().toString()));
        }
      }
    }
    assertEquals(1600, images.size());
    int right = 0;
    try (ImageClassifier classifier = new ImageClassifier(model)) {
      for (int i = 0; i < images.size(); i++) {
        String likeliest = classifier.classify(images.get(i), 1).get(0).className();
        right += likeliest.equals(WEIGHTS.classes().get(labels.get(i))) ? 1 : 0;
      }
    }
    assertEquals(1527, right, 2); // an image or two may lie on the border of two classes
  }

  @Test
  void theStatedAccuracyIsTheTestImages() {
    assumeTrue(Files.isDirectory(WHOLE), "Debian's dataset-fashion-mnist isn't installed");
    Ran ran = Ran.of("evaluate", "--weights", WEIGHTS, "--data", WHOLE);
    assertEquals(0, ran.code(), ran.err());
    String right = Math.round(100 * WEIGHTS.top1().orElseThrow()) + " of 10000 right";
    assertTrue(ran.out().contains(right), ran.out());
  }

  @Test
  void aRunOnOtherClassesStartsFromThem() throws IOException {
    Path data = folder.resolve("data");
    ShapeImages.write(data.resolve("a"), Shape.RED_DISC, 8, 1);
    ShapeImages.write(data.resolve("b"), Shape.GREEN_SQUARE, 8, 2);
    Ran ran = Ran.of("finetune", "--weights", WEIGHTS, "--data", data, "--out", folder.resolve("run"), "--epochs", 0,
        "--head-epochs", 1, "--batch", 4);
    assertEquals(0, ran.code(), ran.err());
    assertEquals(28, SavedModel.load(folder.resolve("run")).preprocessing().height());
  }
}
