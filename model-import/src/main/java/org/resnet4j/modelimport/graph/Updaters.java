package org.resnet4j.modelimport.graph;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.nd4j.linalg.learning.config.AMSGrad;
import org.nd4j.linalg.learning.config.AdaDelta;
import org.nd4j.linalg.learning.config.AdaGrad;
import org.nd4j.linalg.learning.config.AdaMax;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Nadam;
import org.nd4j.linalg.learning.config.RmsProp;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.schedule.ExponentialSchedule;
import org.nd4j.linalg.schedule.ISchedule;
import org.nd4j.linalg.schedule.MapSchedule;
import org.nd4j.linalg.schedule.ScheduleType;
import org.nd4j.linalg.schedule.StepSchedule;
import org.resnet4j.modelimport.model.Compilation.LearningRate;
import org.resnet4j.modelimport.model.Compilation.OptimizerKind;
import org.resnet4j.modelimport.model.Compilation.Optimizer;
import org.resnet4j.zoo.updater.AdamW;
import org.resnet4j.zoo.updater.SgdMomentum;

/** Keras' optimisers as DL4J's or ours. */
final class Updaters {
  private static final double DEFAULT_RATE = 1e-3;

  private Updaters() {}

  /** For a model saved uncompiled. */
  static IUpdater standard() {
    return new Adam(DEFAULT_RATE);
  }

  /** @param notes gets a sentence for each difference */
  static IUpdater of(Optimizer optimizer, List<String> notes) {
    LearningRate rate = optimizer.learningRate();
    ISchedule schedule = schedule(rate);
    Map<String, Double> settings = optimizer.settings();
    double beta1 = settings.getOrDefault("beta_1", 0.9);
    double beta2 = settings.getOrDefault("beta_2", 0.999);
    double rho = settings.getOrDefault("rho", optimizer.kind() == OptimizerKind.ADADELTA ? 0.95 : 0.9);
    double epsilon = settings.getOrDefault("epsilon", 1e-7);
    double momentum = settings.getOrDefault("momentum", 0.0);
    boolean amsgrad = settings.getOrDefault("amsgrad", 0.0) != 0;
    if (settings.getOrDefault("weight_decay", 0.0) != 0) {
      notes.add(optimizer.kind() == OptimizerKind.ADADELTA ? "The optimiser's weight decay is not taken over."
          : "The optimiser's weight decay acts on kernels and biases; in Keras also on gamma, beta and alpha.");
    }
    IUpdater updater = switch (optimizer.kind()) {
      case SGD -> {
        if (momentum == 0) {
          yield new Sgd(rate.initial());
        }
        SgdMomentum sgd = new SgdMomentum(rate.initial(), momentum);
        if (schedule != null) {
          notes.add("SGD's momentum holds gradients, not steps as in Keras: when the learning rate changes, the change"
              + " acts at once.");
        }
        yield settings.getOrDefault("nesterov", 0.0) != 0 ? sgd.nesterov() : sgd;
      }
      case ADAM -> amsgrad ? new AMSGrad(rate.initial(), beta1, beta2, epsilon)
          : new Adam(rate.initial(), beta1, beta2, epsilon);
      case ADAMW -> {
        if (amsgrad) {
          notes.add("AdamW's amsgrad is not taken over.");
        }
        notes.add("AdamW adds epsilon to the corrected root of the second moment, Keras to the uncorrected one.");
        yield new AdamW(rate.initial(), beta1, beta2, epsilon);
      }
      case ADAMAX -> new AdaMax(rate.initial(), beta1, beta2, epsilon);
      case NADAM -> {
        notes.add("DL4J's Nadam has no schedule of its momentum as Keras' has.");
        yield new Nadam(rate.initial(), beta1, beta2, epsilon);
      }
      case RMSPROP -> {
        if (momentum != 0) {
          notes.add("RMSprop's momentum is not taken over: DL4J's has none.");
        }
        yield new RmsProp(rate.initial(), rho, epsilon);
      }
      case ADAGRAD -> {
        notes.add("Adagrad's sum of squares begins at epsilon in DL4J, at initial_accumulator_value in Keras.");
        yield new AdaGrad(rate.initial(), epsilon);
      }
      case ADADELTA -> {
        if (rate.initial() != 1 || schedule != null) {
          notes.add("DL4J's AdaDelta has no learning rate: it is 1, not " + rate.initial() + ".");
        }
        yield new AdaDelta(rho, epsilon);
      }
    };
    if (schedule != null && updater.hasLearningRate()) {
      updater.setLrAndSchedule(rate.initial(), schedule);
    }
    return updater;
  }

  /**
   * What every optimiser of Keras's takes from a weight in a step besides, as a share of it for each unit of the
   * learning rate. DL4J's AdaDelta has no learning rate to tell.
   */
  static double weightDecay(Optimizer optimizer) {
    return optimizer.kind() == OptimizerKind.ADADELTA ? 0 : optimizer.settings().getOrDefault("weight_decay", 0.0);
  }

  /** Null for a constant rate. */
  private static ISchedule schedule(LearningRate rate) {
    if (rate instanceof LearningRate.Exponential exponential) {
      return exponential.staircase()
          ? new StepSchedule(ScheduleType.ITERATION, exponential.initial(), exponential.rate(), exponential.steps())
          : new ExponentialSchedule(ScheduleType.ITERATION, exponential.initial(),
              Math.pow(exponential.rate(), 1 / exponential.steps()));
    }
    if (rate instanceof LearningRate.Piecewise piecewise) {
      Map<Integer, Double> values = new TreeMap<>();
      values.put(0, piecewise.initial());
      for (int i = 0; i < piecewise.boundaries().size(); i++) {
        // Keras keeps a value up to its boundary inclusive.
        values.put((int) Math.floor(piecewise.boundaries().get(i)) + 1, piecewise.values().get(i + 1));
      }
      return new MapSchedule(ScheduleType.ITERATION, values);
    }
    return null;
  }
}
