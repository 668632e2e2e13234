package org.resnet4j.training.loop;

import java.util.List;
import java.util.OptionalDouble;
import org.nd4j.linalg.learning.config.IUpdater;
import org.resnet4j.zoo.updater.SgdMomentum;

/**
 * The hyper-parameters of a training run.
 *
 * @param phases one after the other, each starting from the weights that the one before ended with
 * @param updater whose kind and constants all layers get; its rate is the phases'
 * @param weightDecay the L2 factor
 * @param decoupled whether it acts on the parameters past the updater, as with {@code torch.optim.AdamW}, rather than
 *     in the gradients
 * @param decayed which parameters have it
 * @param clipNorm the L2 norm that a step's gradient is cut down to; empty: none
 * @param accumulate in how many parts a batch is computed, one after the other, before its one step
 * @param average of the weights, which is then what is validated and kept; null: the weights themselves
 * @param keepsLast whether the last epoch's weights are kept, rather than the best one's
 * @param evaluateFirst whether the untrained net is validated, as epoch 0
 * @param patience a phase ends after so many epochs in a row without a better validation accuracy; 0 never ends it
 * @param seed of ND4J's generator (dropout), from which each step's numbers are drawn anew; shuffling, augmentation and
 *     initial weights have seeds of their own
 */
public record TrainingPlan(List<TrainingPhase> phases, IUpdater updater, double weightDecay, boolean decoupled, Decayed decayed,
                           OptionalDouble clipNorm, int accumulate, Average average, boolean keepsLast,
                           boolean evaluateFirst, int patience, long seed) {
  /** Which parameters decay. */
  public enum Decayed {
    /** Weights of convolutions and dense layers; biases and norms don't. */
    WEIGHTS,
    /** All that is trained, as with {@code torch.optim.SGD(model.parameters(), weight_decay=...)}. */
    ALL
  }

  /**
   * An exponential moving average of the weights.
   *
   * @param decay the share that an update keeps, in (0, 1)
   * @param every so many steps is an update
   */
  public record Average(double decay, int every) {
    public Average {
      if (!(decay > 0 && decay < 1) || every < 1) {
        throw new IllegalArgumentException("An average keeps a share in (0, 1) every one or more steps; found " + decay
            + " and " + every);
      }
    }
  }

  public TrainingPlan {
    phases = List.copyOf(phases);
    if (phases.isEmpty()) {
      throw new IllegalArgumentException("A training plan needs at least one phase");
    }
    if (!(weightDecay >= 0) || Double.isInfinite(weightDecay)) {
      throw new IllegalArgumentException("Weight decay is zero or more; found " + weightDecay);
    }
    if (clipNorm.isPresent() && !(clipNorm.getAsDouble() > 0)) {
      throw new IllegalArgumentException("Gradients are cut to a norm above zero; found " + clipNorm.getAsDouble());
    }
    if (accumulate < 1) {
      throw new IllegalArgumentException("A batch has one part or more; found " + accumulate);
    }
    if (patience < 0) {
      throw new IllegalArgumentException("Patience is zero or more epochs; found " + patience);
    }
  }

  /** Stochastic gradient descent with momentum, weights that decay, and nothing else. */
  public static TrainingPlan sgd(List<TrainingPhase> phases, double momentum, double weightDecay, int patience,
      long seed) {
    return new TrainingPlan(phases, new SgdMomentum(0, momentum), weightDecay, false, Decayed.WEIGHTS,
        OptionalDouble.empty(), 1, null, false, false, patience, seed);
  }

  /** The most epochs that the run can take. */
  public int epochs() {
    return phases.stream().mapToInt(TrainingPhase::epochs).sum();
  }
}
