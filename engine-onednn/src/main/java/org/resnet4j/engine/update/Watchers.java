package org.resnet4j.engine.update;

import java.util.Collection;
import java.util.Set;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.optimize.api.BaseTrainingListener;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.deeplearning4j.optimize.listeners.CheckpointListener;
import org.deeplearning4j.optimize.listeners.CollectScoresIterationListener;
import org.deeplearning4j.optimize.listeners.CollectScoresListener;
import org.deeplearning4j.optimize.listeners.EvaluativeListener;
import org.deeplearning4j.optimize.listeners.PerformanceListener;
import org.deeplearning4j.optimize.listeners.ScoreIterationListener;
import org.deeplearning4j.optimize.listeners.SleepyTrainingListener;
import org.deeplearning4j.optimize.listeners.TimeIterationListener;

/** Which listeners may look at {@code model.gradient()} after the step, when DL4J has the update there. */
final class Watchers {
  private static final Set<Class<?>> BLIND = Set.of(CheckpointListener.class, CollectScoresIterationListener.class,
      CollectScoresListener.class, PerformanceListener.class, ScoreIterationListener.class,
      SleepyTrainingListener.class, TimeIterationListener.class);

  private Watchers() {}

  static boolean mayReadUpdates(Collection<TrainingListener> listeners) {
    return listeners.stream().anyMatch(Watchers::mayReadUpdates);
  }

  private static boolean mayReadUpdates(TrainingListener listener) {
    if (BLIND.contains(listener.getClass())) {
      return false;
    }
    if (listener instanceof EvaluativeListener evaluation && listener.getClass() == EvaluativeListener.class) {
      return evaluation.getCallback() != null;
    }
    return hasOwn(listener, "iterationDone", Model.class, int.class, int.class)
        || hasOwn(listener, "onEpochEnd", Model.class);
  }

  private static boolean hasOwn(TrainingListener listener, String method, Class<?>... parameters) {
    try {
      return listener.getClass().getMethod(method, parameters).getDeclaringClass() != BaseTrainingListener.class;
    } catch (NoSuchMethodException e) {
      throw new IllegalStateException(listener.getClass() + " is a TrainingListener without " + method, e);
    }
  }
}
