package org.resnet4j.benchmarks.contest;

import org.resnet4j.benchmarks.worker.Job;

/**
 * How long the contest takes.
 *
 * @param rounds of each contender in each setting
 * @param warmUpSeconds before the first, at least
 * @param roundSeconds of each, at least
 */
record Pace(int rounds, double warmUpSeconds, double roundSeconds) {
  static final Pace QUICK = new Pace(2, 0.5, 0.5);

  static Pace thorough(Job job, int rounds) {
    return switch (job) {
      case INFERENCE -> new Pace(rounds, 2, 1.5);
      case TRAINING -> new Pace(rounds, 3, 3);
    };
  }
}
