package org.resnet4j.training.recipe;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import org.apache.commons.text.similarity.LevenshteinDistance;

/** The names that a misspelt one may stand for. */
final class Nearest {
  private static final int SUGGESTED = 3;
  /** The distance takes the product of both lengths. */
  private static final int LONGEST = 100;

  private Nearest() {}

  /** The three nearest, best first. */
  static List<String> of(String name, Collection<String> names) {
    LevenshteinDistance distance = LevenshteinDistance.getDefaultInstance();
    String start = name.substring(0, Math.min(LONGEST, name.length()));
    return names.stream().sorted(Comparator.comparingInt(other -> distance.apply(start, other))).limit(SUGGESTED)
        .toList();
  }
}
