package org.resnet4j.zoo.schedule;

/** What every schedule asks of its numbers. */
final class Bounds {
  private Bounds() {}

  static void check(boolean holds, String what, String expected, Object found) {
    if (!holds) {
      throw new IllegalArgumentException(what + ": expected " + expected + ", found " + found);
    }
  }

  static void positive(String what, double value) {
    check(value > 0 && value < Double.POSITIVE_INFINITY, what, "a finite number above 0", value);
  }

  static void steps(int steps) {
    check(steps >= 1, "steps", "1 or more", steps);
  }
}
