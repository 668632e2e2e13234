package org.resnet4j.training.loop;

import java.util.List;

/**
 * The hyper-parameters of a training run.
 *
 * @param phases one after the other, each starting from the weights that the one before ended with
 * @param momentum of stochastic gradient descent, in [0, 1)
 * @param weightDecay the L2 factor added to the gradients of convolution and dense weights; biases and norms have none
 * @param patience a phase ends after so many epochs in a row without a better validation accuracy; 0 never ends it
 * @param seed of ND4J's generator (dropout); shuffling, augmentation and initial weights have seeds of their own
 */
public record TrainingPlan(List<TrainingPhase> phases, double momentum, double weightDecay, int patience, long seed) {
  public TrainingPlan {
    phases = List.copyOf(phases);
    if (phases.isEmpty()) {
      throw new IllegalArgumentException("A training plan needs at least one phase");
    }
    if (!(momentum >= 0 && momentum < 1)) {
      throw new IllegalArgumentException("Momentum lies in [0, 1); found " + momentum);
    }
    if (!(weightDecay >= 0) || Double.isInfinite(weightDecay)) {
      throw new IllegalArgumentException("Weight decay is zero or more; found " + weightDecay);
    }
    if (patience < 0) {
      throw new IllegalArgumentException("Patience is zero or more epochs; found " + patience);
    }
  }

  /** The most epochs that the run can take. */
  public int epochs() {
    return phases.stream().mapToInt(TrainingPhase::epochs).sum();
  }
}
