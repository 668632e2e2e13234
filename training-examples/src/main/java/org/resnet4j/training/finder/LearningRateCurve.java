package org.resnet4j.training.finder;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.stream.Collectors;
import javax.imageio.ImageIO;

/**
 * The loss over the rising rate.
 *
 * @param points in the order of the steps; none has a loss that isn't finite
 * @param exploded whether the search stopped before its last rate
 */
public record LearningRateCurve(List<RatePoint> points, boolean exploded) {
  /** A minimum below this share of the loss at the start isn't noise. */
  private static final double FALL = 0.95;
  private static final int SLOPE_REACH = 5;
  private static final double BELOW_MINIMUM = 10;

  public LearningRateCurve {
    points = List.copyOf(points);
  }

  private int lowest() {
    int lowest = 0;
    for (int i = 1; i < points.size(); i++) {
      if (points.get(i).smoothed() < points.get(lowest).smoothed()) {
        lowest = i;
      }
    }
    return lowest;
  }

  /** Whether the loss fell enough to tell anything. */
  private boolean fell() {
    return !points.isEmpty() && points.get(lowest()).smoothed() < FALL * points.get(0).smoothed();
  }

  /** The rate at which the smoothed loss is lowest; empty if it never fell. */
  public OptionalDouble minimum() {
    return fell() ? OptionalDouble.of(points.get(lowest()).rate()) : OptionalDouble.empty();
  }

  /** The rate before the minimum where the smoothed loss falls fastest, over the logarithm; empty if it never fell. */
  public OptionalDouble steepest() {
    if (!fell()) {
      return OptionalDouble.empty();
    }
    int lowest = lowest();
    int steepest = lowest;
    double slope = 0;
    for (int i = 0; i < lowest; i++) {
      RatePoint before = points.get(Math.max(0, i - SLOPE_REACH));
      RatePoint after = points.get(Math.min(points.size() - 1, i + SLOPE_REACH));
      double here = (after.smoothed() - before.smoothed()) / Math.log(after.rate() / before.rate());
      if (here < slope) {
        slope = here;
        steepest = i;
      }
    }
    return OptionalDouble.of(points.get(steepest).rate());
  }

  /**
   * A tenth of the minimum's rate, as in fastai's {@code lr_find} ("minimum"); empty if the loss never fell.
   *
   * <p>Where a moving average is lowest, single batches explode already, and ten times less has a margin. The steepest
   * descent, fastai's "steep", is a difference of noisy numbers and less sure: of small nets with four updaters it came
   * out between once and four times as high, and as good as this or a little worse.
   */
  public OptionalDouble suggestion() {
    return minimum().isEmpty() ? minimum() : OptionalDouble.of(minimum().getAsDouble() / BELOW_MINIMUM);
  }

  /** {@code rate,loss,smoothed}, a line a step. */
  public String csv() {
    return points.stream().map(p -> String.format(Locale.ROOT, "%.6e,%.6g,%.6g%n", p.rate(), p.loss(), p.smoothed()))
        .collect(Collectors.joining("", "rate,loss,smoothed" + System.lineSeparator(), ""));
  }

  /** Writes {@link #csv}. */
  public void writeCsv(Path file) throws IOException {
    Files.writeString(file, csv());
  }

  /** Draws the curve with the suggestion, as PNG. */
  public void writePng(Path file) throws IOException {
    ImageIO.write(RatePicture.draw(this), "png", file.toFile());
  }
}
