package org.resnet4j.engine;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.BackpropType;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.optimize.api.BaseTrainingListener;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.resnet4j.engine.lower.Unsupported;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A network's training: by the engine as far as that can do it. */
final class Trainer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Trainer.class);

  private final ComputationGraph graph;
  private final EngineOptions options;
  private final Set<String> told = new HashSet<>();
  private GraphTraining training;
  private boolean impossible;
  private boolean changed;

  Trainer(ComputationGraph graph, EngineOptions options) {
    this.graph = graph;
    this.options = options;
  }

  /**
   * Whether the engine does the next step.
   *
   * @param gradients the network's flat array
   */
  boolean takes(INDArray gradients) {
    Optional<String> obstacle = obstacle();
    if (obstacle.isEmpty() && training == null && !impossible) {
      try {
        training = new GraphTraining(graph, gradients, options);
      } catch (Unsupported e) {
        impossible = true;
        obstacle = Optional.of(e.getMessage());
      }
    }
    obstacle.filter(told::add)
        .ifPresent(what -> LOG.warn("DL4J trains this network: the engine can't train with {}", what));
    return obstacle.isEmpty() && !impossible;
  }

  private Optional<String> obstacle() {
    if (graph.getConfiguration().getBackpropType() != BackpropType.Standard) {
      return Optional.of("backpropagation of type " + graph.getConfiguration().getBackpropType());
    } else if (masks(graph.getInputMaskArrays())) {
      return Optional.of("masks of inputs");
    }
    return graph.getListeners().stream().filter(Trainer::readsActivations).findFirst()
        .map(listener -> "the activations that " + listener.getClass().getName() + " listens to");
  }

  private static boolean masks(INDArray[] masks) {
    if (masks != null) {
      for (INDArray mask : masks) {
        if (mask != null) {
          return true;
        }
      }
    }
    return false;
  }

  private static boolean readsActivations(TrainingListener listener) {
    try {
      Class<?> owner = listener.getClass().getMethod("onForwardPass", Model.class, Map.class).getDeclaringClass();
      return owner != BaseTrainingListener.class && owner != TrainingListener.class;
    } catch (NoSuchMethodException e) {
      return true;
    }
  }

  /** One step's gradients, and its score. */
  double run(INDArray... labels) {
    return new Threads(options.threads()).with(() -> {
      if (changed) {
        training.refresh();
        changed = false;
      }
      return training.run(graph.getInputs(), labels, graph.getLabelMaskArrays());
    });
  }

  /** Bytes; -1 where DL4J trains the network. */
  long memory(INDArray gradients, List<long[]> shapes) {
    return takes(gradients) ? new Threads(options.threads()).with(() -> training.memory(shapes)) : -1;
  }

  void profile(INDArray gradients) {
    if (takes(gradients)) {
      training.profile();
    }
  }

  Map<String, Long> profiled() {
    return training == null ? Map.of() : training.profiled();
  }

  Gradient gradient() {
    return training.gradient();
  }

  /** Parameters may have changed that training itself doesn't change. */
  void changed() {
    changed = true;
  }

  @Override
  public void close() {
    if (training != null) {
      training.close();
    }
  }
}
