package org.resnet4j.benchmarks.contest;

/**
 * How long the contest takes.
 *
 * @param rounds of each contender in each setting
 * @param warmUpSeconds before the first, at least
 * @param roundSeconds of each, at least
 */
record Pace(int rounds, double warmUpSeconds, double roundSeconds) {
  static final Pace QUICK = new Pace(2, 0.5, 0.5);

  static Pace thorough(int rounds) {
    return new Pace(rounds, 2, 1.5);
  }
}
