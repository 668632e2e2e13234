package org.resnet4j.training.loop;

import java.util.Optional;
import org.nd4j.linalg.schedule.ISchedule;

/**
 * A run of epochs with one learning rate curve and one set of trained layers.
 *
 * @param name what {@code metrics.csv} and the report call it
 * @param epochs how many epochs at most, one or more
 * @param iterations how many steps at most, one or more
 * @param wholeEpochs whether that limit is looked at between epochs only
 * @param learningRate the rate of each step, counted from the phase's first as iteration 0
 * @param warmUp so many first steps' weights an average takes as they are
 * @param frozenThrough the vertex or endpoint up to which layers keep their weights and run in inference mode; empty
 *     when everything is trained
 * @param rateFalloff a stage's rate is the next one's times this, the head's is the curve's own (Howard and Ruder 2018,
 *     arXiv 1801.06146, 3.2); 1: all have the same
 */
public record TrainingPhase(String name, int epochs, long iterations, boolean wholeEpochs, ISchedule learningRate,
                            int warmUp, Optional<String> frozenThrough, double rateFalloff) {
  /** No limit but the epochs. */
  public static final long ALL = Long.MAX_VALUE;

  public TrainingPhase {
    if (epochs < 1 || iterations < 1) {
      throw new IllegalArgumentException("Phase " + name + " needs at least one epoch and iteration; found " + epochs
          + " and " + iterations);
    }
    if (!(rateFalloff > 0 && rateFalloff <= 1)) {
      throw new IllegalArgumentException("Phase " + name + ": the rates' falloff lies above 0 and up to 1; found "
          + rateFalloff);
    }
  }

  /** Everything is trained, at one rate. */
  public TrainingPhase(String name, int epochs, ISchedule learningRate) {
    this(name, epochs, ALL, false, learningRate, 0, Optional.empty(), 1);
  }

  /** The same with layers frozen. */
  public TrainingPhase withFrozenThrough(String vertexOrEndpoint) {
    return new TrainingPhase(name, epochs, iterations, wholeEpochs, learningRate, warmUp,
        Optional.of(vertexOrEndpoint), rateFalloff);
  }
}
