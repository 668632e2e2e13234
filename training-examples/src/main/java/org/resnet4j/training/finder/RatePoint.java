package org.resnet4j.training.finder;

/**
 * A step of the search.
 *
 * @param rate that the step was taken with
 * @param loss of its batch before the step, without penalties of weights
 * @param smoothed the losses' moving average up to here, corrected for its start as Adam's are
 */
public record RatePoint(double rate, double loss, double smoothed) { }
