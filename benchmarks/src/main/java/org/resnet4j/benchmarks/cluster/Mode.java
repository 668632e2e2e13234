package org.resnet4j.benchmarks.cluster;

import java.util.List;
import java.util.Locale;

/**
 * How workers train together.
 *
 * @param every steps in a round, after which what they have is averaged
 */
record Mode(Averaged averaged, int every) {
  static final Mode GRADIENTS = new Mode(Averaged.GRADIENTS, 1);

  /** As the command line names it. */
  enum Averaged {
    GRADIENTS, PARAMETERS;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  static Mode parameters(int every) {
    return new Mode(Averaged.PARAMETERS, every);
  }

  /** Options of {@code train}. */
  List<String> options() {
    return averaged == Averaged.GRADIENTS ? List.of("--average", averaged.toString())
        : List.of("--average", averaged.toString(), "--every", "" + every);
  }

  @Override
  public String toString() {
    return averaged == Averaged.GRADIENTS ? averaged.toString() : averaged + " every " + every;
  }
}
