package org.resnet4j.training.finder;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LearningRateCurveTest {
  @TempDir
  Path temporary;

  /** Falls fastest at 1e-3, is lowest at 1e-1, rises above. */
  private static LearningRateCurve curve() {
    List<RatePoint> points = IntStream.rangeClosed(0, 60).mapToObj(i -> {
      double decade = -6 + i / 10.0;
      double loss = 2 - 1.5 / (1 + Math.exp(-4 * (decade + 3))) + 5 * Math.max(0, decade + 1);
      return new RatePoint(Math.pow(10, decade), loss, loss);
    }).toList();
    return new LearningRateCurve(points, true);
  }

  @Test
  void suggestsATenthOfTheMinimum() {
    assertEquals(1e-1, curve().minimum().orElseThrow(), 1e-9);
    assertEquals(1e-2, curve().suggestion().orElseThrow(), 1e-9);
    assertEquals(1e-3, curve().steepest().orElseThrow(), 3e-4);
  }

  @Test
  void suggestsNothingWhereNothingWasLearnt() {
    for (List<RatePoint> points : List.of(List.<RatePoint>of(), List.of(new RatePoint(1, 2, 2), new RatePoint(2, 3, 3)),
        List.of(new RatePoint(1, 2, 2), new RatePoint(2, 1.96, 1.96)))) {
      LearningRateCurve curve = new LearningRateCurve(points, false);
      assertEquals(OptionalDouble.empty(), curve.suggestion());
      assertEquals(OptionalDouble.empty(), curve.steepest());
    }
  }

  @Test
  void writesNumbersAndAPicture() throws IOException {
    Path csv = temporary.resolve("rates.csv");
    curve().writeCsv(csv);
    List<String> lines = Files.readAllLines(csv);
    assertEquals("rate,loss,smoothed", lines.get(0));
    assertEquals(62, lines.size());
    assertEquals("1.000000e-06,1.99999,1.99999", lines.get(1));
    Path png = temporary.resolve("rates.png");
    curve().writePng(png);
    BufferedImage picture = ImageIO.read(png.toFile());
    assertEquals(1440, picture.getWidth());
    long marked = IntStream.range(0, picture.getWidth() * picture.getHeight())
        .filter(i -> (picture.getRGB(i % 1440, i / 1440) & 0xffffff) == 0xc2410c).count();
    assertTrue(marked > 500, "the suggestion's line: " + marked);
    new LearningRateCurve(curve().points().subList(0, 3), false).writePng(png);
  }
}
