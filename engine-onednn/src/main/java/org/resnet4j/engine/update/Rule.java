package org.resnet4j.engine.update;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.learning.AdamUpdater;
import org.nd4j.linalg.learning.GradientUpdater;
import org.nd4j.linalg.learning.NesterovsUpdater;
import org.nd4j.linalg.learning.NoOpUpdater;
import org.nd4j.linalg.learning.SgdUpdater;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.config.Sgd;
import org.resnet4j.zoo.updater.AdamW;
import org.resnet4j.zoo.updater.SgdMomentum;

/**
 * An updater's formula on the updater's own state.
 *
 * @param state arrays of a number for each parameter, up to two
 */
record Rule(List<Floats> state, Formula formula) {
  /** An updater's computation as the configuration has it now: schedules, changes of the learning rate. */
  @FunctionalInterface
  interface Formula {
    /** Begins a step: where the updater counts steps itself, this one is counted. */
    Kernel at(int iteration, int epoch);
  }

  /** Turns n gradients into updates. */
  @FunctionalInterface
  interface Kernel {
    void apply(float[] gradient, float[] first, float[] second, int n);
  }

  static final Kernel NONE = (gradient, first, second, n) -> { };
  /** Leaves gradients as they are. */
  static final Rule PLAIN = new Rule(List.of(), (iteration, epoch) -> NONE);

  /** Empty if DL4J has to compute it: another updater, or its state isn't one number after the other. */
  static Optional<Rule> of(GradientUpdater<?> updater, long parameters) {
    // Classes as they are: a subclass may compute something else. Configurations are asked, whatever their class.
    Class<?> type = updater.getClass();
    if (type == NoOpUpdater.class) {
      return Optional.of(PLAIN);
    }
    if (type == SgdUpdater.class) {
      return Optional.of(new Rule(List.of(), sgd(((SgdUpdater) updater).getConfig())));
    }
    if (type == NesterovsUpdater.class) {
      NesterovsUpdater nesterovs = (NesterovsUpdater) updater;
      return on(parameters, nesterovs(nesterovs.getConfig()), nesterovs.getV());
    }
    if (type == AdamUpdater.class) {
      AdamUpdater adam = (AdamUpdater) updater;
      return on(parameters, adam(adam.getConfig()), adam.getM(), adam.getV());
    }
    if (updater.getConfig() instanceof SgdMomentum momentum) {
      return on(parameters, momentum(momentum), only(updater));
    }
    if (updater.getConfig() instanceof AdamW adamW) {
      INDArray state = only(updater);
      if (state.length() <= 2 * parameters) {
        return Optional.empty();
      }
      return on(parameters, adamW(adamW, state, 2 * parameters),
          state.get(NDArrayIndex.interval(0, parameters)),
          state.get(NDArrayIndex.interval(parameters, 2 * parameters)));
    }
    return Optional.empty();
  }

  private static INDArray only(GradientUpdater<?> updater) {
    return updater.getState().values().iterator().next();
  }

  private static Optional<Rule> on(long parameters, Formula formula, INDArray... state) {
    for (INDArray array : state) {
      if (!Floats.isPlain(array) || array.length() != parameters) {
        return Optional.empty();
      }
    }
    return Optional.of(new Rule(Stream.of(state).map(Floats::new).toList(), formula));
  }

  private static Formula sgd(Sgd config) {
    return (iteration, epoch) -> {
      float rate = (float) config.getLearningRate(iteration, epoch);
      return (gradient, first, second, n) -> Kernels.scale(gradient, rate, n);
    };
  }

  private static Formula nesterovs(Nesterovs config) {
    return (iteration, epoch) -> {
      float momentum = (float) config.currentMomentum(iteration, epoch);
      float rate = (float) config.getLearningRate(iteration, epoch);
      return (gradient, v, none, n) -> Kernels.nesterovs(gradient, v, rate, momentum, n);
    };
  }

  private static Formula momentum(SgdMomentum config) {
    return (iteration, epoch) -> {
      float rate = (float) config.getLearningRate(iteration, epoch);
      float momentum = (float) config.momentum();
      return config.isNesterov()
          ? (gradient, buffer, none, n) -> Kernels.lookAhead(gradient, buffer, rate, momentum, n)
          : (gradient, buffer, none, n) -> Kernels.momentum(gradient, buffer, rate, momentum, n);
    };
  }

  private static Formula adam(Adam config) {
    return (iteration, epoch) -> {
      float beta1 = (float) config.getBeta1();
      float beta2 = (float) config.getBeta2();
      float epsilon = (float) config.getEpsilon();
      // As ND4J rounds: powers and root in float32, the division in double.
      float power1 = (float) Math.pow(beta1, iteration + 1f);
      float power2 = (float) Math.pow(beta2, iteration + 1f);
      float root = (float) Math.sqrt((float) (1.0 - power2));
      float corrected = (float) ((float) config.getLearningRate(iteration, epoch) * root / (1.0 - power1));
      // ND4J's too: a rate of 0, or none, is replaced.
      float rate = Float.isFinite(corrected) && corrected != 0 ? corrected : epsilon;
      return (gradient, m, v, n) -> Kernels.adam(gradient, m, v, rate, beta1, beta2, epsilon, n);
    };
  }

  private static Formula adamW(AdamW config, INDArray state, long counter) {
    return (iteration, epoch) -> {
      double step = state.getDouble(counter) + 1;
      state.putScalar(counter, step);
      float beta1 = (float) config.beta1();
      float rest1 = (float) (1 - config.beta1());
      float beta2 = (float) config.beta2();
      float rest2 = (float) (1 - config.beta2());
      float epsilon = (float) config.epsilon();
      float root = (float) Math.sqrt(1 - Math.pow(config.beta2(), step));
      float rate = (float) (config.getLearningRate(iteration, epoch) / (1 - Math.pow(config.beta1(), step)));
      return (gradient, m, v, n) ->
          Kernels.adamW(gradient, m, v, rate, beta1, rest1, beta2, rest2, root, epsilon, n);
    };
  }
}
