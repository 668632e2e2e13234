package org.resnet4j.training.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.compressors.xz.XZCompressorInputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.resnet4j.engine.OneDnn;

/** What number types come to in training on real images: a tenth of CIFAR-10, from random weights, several seeds. */
@Tag("long")
class CifarTrainingTest {
  private static final Path IMAGES = Path.of("..", "..", "shared", "data", "cifar10-jpeg.tar.xz");
  private static final Pattern PLACE = Pattern.compile("(train|test)/(\\w+)/(\\d+)\\.jpg");
  private static final Pattern RIGHT = Pattern.compile("(?m)^(\\d+) of (\\d+) right$");
  private static final int TRAINING_OF_CLASS = 500;
  private static final int VALIDATION_OF_CLASS = 50;
  private static final int TEST_OF_CLASS = 500;
  private static final int SEEDS = 3;
  /** Standard errors of a difference of means that chance alone hardly gives. */
  private static final double CHANCE = 3;
  /** Three runs can be alike by chance: the spread that a test of 5,000 images has by itself. */
  private static final double LEAST_DEVIATION = 0.007;

  @TempDir
  private static Path folder;
  private static Path data;

  /** Shares of right test images, one for each seed. */
  private record Accuracies(String options, double... shares) {
    double mean() {
      return DoubleStream.of(shares).average().orElseThrow();
    }

    double deviation() {
      double squares = DoubleStream.of(shares).map(share -> (share - mean()) * (share - mean())).sum();
      return Math.sqrt(squares / (shares.length - 1));
    }

    /** Of the mean. */
    double error() {
      return Math.max(LEAST_DEVIATION, deviation()) / Math.sqrt(shares.length);
    }

    @Override
    public String toString() {
      return String.format(Locale.ROOT, "%s: %s, mean %.2f %%, standard deviation %.2f", options,
          Arrays.toString(shares), 100 * mean(), 100 * deviation());
    }
  }

  @BeforeAll
  static void unpack() throws IOException {
    assumeTrue(Files.exists(IMAGES), "the shared images aren't on this machine");
    data = folder.resolve("data");
    try (TarArchiveInputStream tar = new TarArchiveInputStream(
        new XZCompressorInputStream(new BufferedInputStream(Files.newInputStream(IMAGES))))) {
      for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
        Matcher place = PLACE.matcher(entry.getName());
        String part = place.matches() ? part(place.group(1), Integer.parseInt(place.group(3))) : null;
        if (part != null) {
          Path file = data.resolve(part).resolve(place.group(2)).resolve(place.group(3) + ".jpg");
          Files.createDirectories(file.getParent());
          Files.copy(tar, file);
        }
      }
    }
  }

  /** Null for an image that is left out. */
  private static String part(String given, int number) {
    if (given.equals("test")) {
      return number < TEST_OF_CLASS ? "test" : null;
    }
    return number < TRAINING_OF_CLASS ? "train" : number < TRAINING_OF_CLASS + VALIDATION_OF_CLASS ? "val" : null;
  }

  /** The README's table. */
  @Test
  void bfloat16ComesToTheSameAccuracyWithinNoise() {
    assumeTrue(OneDnn.library().fastBfloat16(), "kernels for bfloat16 on this processor");
    Accuracies floats = accuracies("--precision", "float32");
    Accuracies narrow = accuracies("--precision", "bfloat16");
    String both = floats + "; " + narrow;
    System.out.println(both);
    assertTrue(floats.mean() > 0.4, both);
    assertTrue(Math.abs(narrow.mean() - floats.mean()) < CHANCE * Math.hypot(narrow.error(), floats.error()), both);
  }

  private static Accuracies accuracies(String... options) {
    return new Accuracies(String.join(" ", options),
        IntStream.rangeClosed(1, SEEDS).mapToDouble(seed -> accuracy(seed, options)).toArray());
  }

  private static double accuracy(int seed, String... options) {
    Path out = folder.resolve("run-" + String.join("", options) + seed);
    List<Object> line = List.of("finetune", "--data", data, "--out", out, "--model", "cifar_resnet20", "--batch", 64,
        "--epochs", 6, "--patience", 0, "--seed", seed);
    Ran ran = Ran.of(Stream.concat(line.stream(), Stream.of(options)).toArray());
    assertEquals(0, ran.code(), ran.err());
    Matcher right = RIGHT.matcher(ran.out());
    assertTrue(right.find(), ran.out());
    System.out.println(String.join(" ", options) + " seed " + seed + ": " + right.group());
    return Double.parseDouble(right.group(1)) / Double.parseDouble(right.group(2));
  }
}
