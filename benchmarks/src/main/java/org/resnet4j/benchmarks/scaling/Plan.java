package org.resnet4j.benchmarks.scaling;

import java.util.Locale;

/**
 * What each worker does in a round.
 *
 * @param every steps of a round
 * @param images of a worker's step
 */
public record Plan(Averaging averaging, int every, int images) {
  /** @throws ScalingException if there is less than a step or an image, or gradients are kept for more than a step */
  public Plan {
    if (every < 1 || images < 1 || averaging == Averaging.GRADIENTS && every > 1) {
      throw new ScalingException("Round: expected one step or more (one alone for gradients) of one image or more,"
          + " found " + every + " steps of " + images + " images, averaging "
          + averaging.name().toLowerCase(Locale.ROOT) + ".");
    }
  }

  static Plan gradients(int images) {
    return new Plan(Averaging.GRADIENTS, 1, images);
  }

  static Plan parameters(int every, int images) {
    return new Plan(Averaging.PARAMETERS, every, images);
  }
}
