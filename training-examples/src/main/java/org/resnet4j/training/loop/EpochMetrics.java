package org.resnet4j.training.loop;

/**
 * What one epoch came to. Losses are mean cross-entropies in nats without the weight decay term; the training figures
 * are those of the batches as they were trained on, augmented, and with the weights changing underneath.
 *
 * @param epoch 1-based, counted over all phases; 0: the untrained net, whose training figures are NaN
 * @param learningRate of the epoch's last step
 * @param imagesPerSecond trained, without the time of the validation
 * @param seconds of the whole epoch
 * @param phase the phase's name
 * @param validationTopFive the share of validation images whose class is among the likeliest five
 * @param iteration steps since the run began
 * @param waiting the share of the training time in which the next batch was waited for
 */
public record EpochMetrics(
    int epoch,
    double trainLoss,
    double trainAccuracy,
    double validationLoss,
    double validationAccuracy,
    double learningRate,
    double imagesPerSecond,
    double seconds,
    String phase,
    double validationTopFive,
    long iteration,
    double waiting) {

  /** Whether this epoch's model is to be kept rather than the other's: accuracy first, then loss. */
  boolean betterThan(EpochMetrics other) {
    return other == null
        || validationAccuracy > other.validationAccuracy
        || (validationAccuracy == other.validationAccuracy && validationLoss < other.validationLoss);
  }
}
