package org.resnet4j.training.report;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A run that its folder tells of.
 *
 * @param name tells it from the runs beside it
 * @param epochs in order, one or more
 * @param recipe its recipe's settings by path, such as {@code optimizer.momentum}; empty if it has none
 */
public record PastRun(String name, List<Epoch> epochs, Map<String, String> recipe) {

  /**
   * A row of {@code metrics.csv}. Values that the file doesn't have are not a number.
   *
   * @param elapsed seconds from the start of the run to the end of the epoch
   */
  public record Epoch(int epoch, double trainLoss, double trainAccuracy, double validationLoss,
                      double validationAccuracy, double validationTopFive, double imagesPerSecond, double elapsed) {}

  public PastRun {
    epochs = List.copyOf(epochs);
  }

  /**
   * Reads runs' folders: {@code metrics.csv}, of which unknown columns and a last line without an end are passed over,
   * and {@code recipe.yaml}, if there is one.
   *
   * @throws RunException if one can't be read
   */
  public static List<PastRun> read(List<Path> folders) {
    List<String> names = names(folders);
    List<PastRun> runs = new ArrayList<>();
    for (int i = 0; i < folders.size(); i++) {
      runs.add(RunFiles.read(folders.get(i), names.get(i)));
    }
    return runs;
  }

  /** The epoch with the highest validation accuracy, of equal ones that with the lowest loss. */
  Epoch best() {
    return epochs.stream().max(Comparator.comparingDouble((Epoch e) -> orLeast(e.validationAccuracy()))
        .thenComparingDouble(e -> orLeast(-e.validationLoss()))).orElseThrow();
  }

  Epoch last() {
    return epochs.get(epochs.size() - 1);
  }

  private static double orLeast(double value) {
    return Double.isNaN(value) ? Double.NEGATIVE_INFINITY : value;
  }

  /** The folders' own names, with those of the folders around them where they'd be the same. */
  private static List<String> names(List<Path> folders) {
    List<Path> paths = folders.stream().map(f -> f.toAbsolutePath().normalize()).toList();
    for (int parts = 1; ; parts++) {
      int wanted = parts;
      List<String> names = paths.stream().map(p -> p.getNameCount() == 0 ? p.toString()
          : p.subpath(Math.max(0, p.getNameCount() - wanted), p.getNameCount()).toString()).toList();
      Set<Path> different = new HashSet<>(paths);
      if (new HashSet<>(names).size() == different.size()
          || paths.stream().allMatch(p -> p.getNameCount() <= wanted)) {
        return names;
      }
    }
  }
}
