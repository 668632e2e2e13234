package org.resnet4j.training.report;

import java.awt.BasicStroke;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.resnet4j.training.loop.EpochMetrics;

/** Loss and accuracy over the epochs, training beside validation; learning rate and time of each epoch. */
final class CurvesPicture {
  private static final BasicStroke THIN = new BasicStroke(1.5f);
  private static final BasicStroke THICK = new BasicStroke(2.5f);

  private CurvesPicture() {}

  /** @param best the epoch that is marked */
  static List<Chart> charts(List<EpochMetrics> epochs, EpochMetrics best, Theme theme) {
    return List.of(
        pair("Loss", epochs, best, EpochMetrics::trainLoss, EpochMetrics::validationLoss, theme)
            .withoutOutliers().legend(),
        pair("Accuracy, %", epochs, best, e -> 100 * e.trainAccuracy(), e -> 100 * e.validationAccuracy(), theme)
            .highest(100).legend(),
        single("Learning rate at the end of the epoch", epochs, EpochMetrics::learningRate, theme),
        single("Seconds an epoch", epochs, EpochMetrics::seconds, theme));
  }

  private static Chart pair(String title, List<EpochMetrics> epochs, EpochMetrics best,
      ToDoubleFunction<EpochMetrics> training, ToDoubleFunction<EpochMetrics> validation, Theme theme) {
    return chart(title, epochs, theme)
        .line("training", values(epochs, EpochMetrics::epoch), values(epochs, training), theme.softInk(), THIN)
        .line("validation", values(epochs, EpochMetrics::epoch), values(epochs, validation), theme.accent(), THICK)
        .point("best epoch", best.epoch(), validation.applyAsDouble(best), theme.wrong());
  }

  private static Chart single(String title, List<EpochMetrics> epochs, ToDoubleFunction<EpochMetrics> value,
      Theme theme) {
    return chart(title, epochs, theme)
        .line(title, values(epochs, EpochMetrics::epoch), values(epochs, value), theme.accent(), THICK).lowest(0);
  }

  private static Chart chart(String title, List<EpochMetrics> epochs, Theme theme) {
    return new Chart(title, "epoch", theme).whole(epochs.get(epochs.size() - 1).epoch());
  }

  private static double[] values(List<EpochMetrics> epochs, ToDoubleFunction<EpochMetrics> value) {
    return epochs.stream().mapToDouble(value).toArray();
  }
}
