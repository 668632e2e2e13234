package org.resnet4j.spark.training;

import java.io.Serializable;

/**
 * From where workers go on, and how far.
 *
 * @param updater null: none yet, or the driver's alone
 * @param epoch counted over all phases, 0-based
 * @param batch of the epoch, 0-based
 * @param steps to take at most
 * @param step of the run, 0-based
 * @param phaseStep of the phase, 0-based
 * @param share what a worker's parameters are multiplied by: one over the number of workers that have images left
 */
record RoundState(float[] parameters, float[] updater, int epoch, int batch, int steps, long step, long phaseStep,
                  float share) implements Serializable { }
