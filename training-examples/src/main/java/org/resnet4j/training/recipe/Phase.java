package org.resnet4j.training.recipe;

import java.util.Optional;

/**
 * A part of the training, with one curve of the rate and one set of trained layers.
 *
 * @param name what figures and reports call it
 * @param epochs how many at most
 * @param iterations how many at most, in steps of the optimiser; empty: as many as the epochs have
 * @param wholeEpochs whether that limit is looked at between epochs only, so that the last epoch is whole
 * @param rate the learning rate over the phase
 * @param frozenThrough the vertex or endpoint, such as {@code stage3}, up to which layers keep their weights, or
 *     {@link #FEATURES}: all but the head; empty: everything is trained
 * @param rateFalloff discriminative rates (Howard and Ruder, arXiv:1801.06146, section 3.2): the rate of a stage is
 *     this times the next one's towards the output, the stem counting as a stage and the head having the phase's; 1:
 *     all the same
 */
public record Phase(String name, int epochs, @Default("none") Optional<Integer> iterations,
                    @Default("false") boolean wholeEpochs, Rate rate, @Default("none") Optional<String> frozenThrough,
                    @Default("1") double rateFalloff) {
  /** As {@link #frozenThrough}: the vertex before the head, whatever its name. */
  public static final String FEATURES = "features";
  static final int MOST_EPOCHS = 100_000;
  static final int MOST_ITERATIONS = 1_000_000_000;
  private static final int LONGEST_NAME = 100;

  public Phase {
    Check.text("name", name, LONGEST_NAME);
    Check.between("epochs", epochs, 1, MOST_EPOCHS);
    iterations.ifPresent(most -> Check.between("iterations", most, 1, MOST_ITERATIONS));
    Check.that(!wholeEpochs || iterations.isPresent(), "wholeEpochs", "a limit of iterations", "none");
    frozenThrough.ifPresent(vertex -> {
      Check.text("frozenThrough", vertex, LONGEST_NAME);
      Check.that(!vertex.equals(Recipe.NONE), "frozenThrough", "a vertex, or nothing", vertex);
    });
    Check.above0("rateFalloff", rateFalloff, 1);
  }

  /** A phase of so many epochs that trains everything alike. */
  public static Phase of(String name, int epochs, Rate rate) {
    return new Phase(name, epochs, Optional.empty(), false, rate, Optional.empty(), 1);
  }

  /** The same with layers frozen. */
  public Phase frozenThrough(String vertex) {
    return new Phase(name, epochs, iterations, wholeEpochs, rate, Optional.of(vertex), rateFalloff);
  }

  /** The same with another number of epochs. */
  public Phase withEpochs(int count) {
    return new Phase(name, count, iterations, wholeEpochs, rate, frozenThrough, rateFalloff);
  }

  /**
   * How many iterations the phase takes, unless it is ended early.
   *
   * @param stepsPerEpoch 1 or more
   */
  public int steps(int stepsPerEpoch) {
    long all = (long) epochs * stepsPerEpoch;
    long limit = iterations.map(Integer::longValue).orElse(all);
    if (wholeEpochs) {
      limit = (limit + stepsPerEpoch - 1) / stepsPerEpoch * stepsPerEpoch;
    }
    return (int) Math.min(Integer.MAX_VALUE, Math.min(all, limit));
  }
}
