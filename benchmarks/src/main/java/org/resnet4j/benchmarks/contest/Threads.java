package org.resnet4j.benchmarks.contest;

/**
 * How many threads a contender may compute with.
 *
 * @param label as on the command line: a number or {@code all}
 */
record Threads(String label, int count) {
  static final String ALL = "all";

  /**
   * @param cores what {@code all} stands for
   * @throws IllegalArgumentException if the text is neither
   */
  static Threads parse(String text, int cores) {
    if (text.equals(ALL)) {
      return new Threads(ALL, cores);
    }
    try {
      int count = Integer.parseInt(text);
      if (count > 0) {
        return new Threads(String.valueOf(count), count);
      }
    } catch (NumberFormatException e) {
      // Said below.
    }
    throw new IllegalArgumentException("--threads: expected numbers above 0 or \"all\", found \"" + text + "\"");
  }
}
