package org.resnet4j.training.loop;

import java.util.Optional;

/**
 * A run of epochs with one learning rate curve and one set of trained layers.
 *
 * @param name what {@code metrics.csv} and the report call it
 * @param epochs how many epochs at most, one or more
 * @param learningRate the curve over the whole phase
 * @param frozenThrough the vertex or endpoint up to which layers keep their weights and run in inference mode; empty
 *     when everything is trained
 */
public record TrainingPhase(String name, int epochs, LearningRate learningRate, Optional<String> frozenThrough) {
  public TrainingPhase {
    if (epochs < 1) {
      throw new IllegalArgumentException("Phase " + name + " needs at least one epoch; found " + epochs);
    }
  }
}
