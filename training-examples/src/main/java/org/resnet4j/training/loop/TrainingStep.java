package org.resnet4j.training.loop;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.learning.regularization.L2Regularization;
import org.nd4j.linalg.learning.regularization.Regularization;
import org.nd4j.linalg.learning.regularization.WeightDecay;
import org.resnet4j.training.aid.GradientAccumulation;
import org.resnet4j.training.aid.GradientClipping;
import org.resnet4j.training.aid.GradientUpdate;
import org.resnet4j.training.aid.LearningRates;
import org.resnet4j.training.aid.UnregularizedDecay;
import org.resnet4j.training.aid.UnregularizedDecay.Form;
import org.resnet4j.training.aid.WeightAverage;
import org.resnet4j.training.loop.TrainingPlan.Decayed;

/** How a phase's graph takes a step: the plan's updater, decay, clipping, parts and average, and the phase's rates. */
public final class TrainingStep {
  /** PyTorch's: the share of a running statistic's old value that a step keeps. */
  private static final double LEAST_DECAY = 0.9;

  private final TrainingPlan plan;
  private final TrainingPhase phase;
  private final ComputationGraph graph;
  private final LearningRates rates;
  private final GradientAccumulation accumulation = new GradientAccumulation();
  private final WeightAverage average;

  /**
   * Gives every layer the plan's updater and weight decay.
   *
   * <p>Running statistics follow within an epoch: those of a net that keeps 0.99 of the old value, as Keras's do, would
   * lag behind its weights for hundreds of steps, and with few images validation would see another net than training.
   */
  public TrainingStep(TrainingPlan plan, TrainingPhase phase, ComputationGraph graph, int stepsOfEpoch) {
    this.plan = plan;
    this.phase = phase;
    this.graph = graph;
    for (Layer layer : graph.getLayers()) {
      if (layer.conf().getLayer() instanceof BaseLayer base) {
        base.setRegularization(decay());
        base.setRegularizationBias(List.of());
      }
      if (layer.conf().getLayer() instanceof BatchNormalization norm) {
        norm.setDecay(Math.min(norm.getDecay(), Math.max(LEAST_DECAY, 1 - 1.0 / Math.max(1, stepsOfEpoch))));
      }
    }
    rates = LearningRates.of(graph, plan.updater(), phase.rateFalloff());
    average = plan.average() == null ? null : new WeightAverage(plan.average().decay(), plan.average().every(), phase.warmUp());
    graph.setListeners(listeners());
  }

  private List<Regularization> decay() {
    if (plan.weightDecay() == 0) {
      return List.of();
    }
    return List.of(plan.decoupled() ? new WeightDecay(plan.weightDecay(), true)
        : new L2Regularization(plan.weightDecay()));
  }

  /** Clipping comes before decay, as in PyTorch. */
  private List<TrainingListener> listeners() {
    List<TrainingListener> listeners = new ArrayList<>();
    plan.clipNorm().ifPresent(limit -> listeners.add(new GradientClipping(limit)));
    if (plan.decayed() == Decayed.ALL && plan.weightDecay() > 0) {
      listeners.add(new UnregularizedDecay(plan.weightDecay(),
          plan.decoupled() ? Form.DECOUPLED : Form.GRADIENT));
    }
    if (average != null) {
      listeners.add(average);
    }
    return listeners;
  }

  /** Takes over what a checkpoint had of the phase. */
  void restore(Run run) {
    graph.getConfiguration().setIterationCount((int) run.phaseStep);
    if (run.updater != null) {
      graph.getUpdater(true).setStateViewArray(run.updater);
      run.updater = null;
    }
    if (run.average != null) {
      average.restore(run.average, run.averaged);
      run.average = null;
    }
  }

  /** What takes the steps. */
  public ComputationGraph graph() {
    return graph;
  }

  /**
   * Trains on a batch. What is drawn in it follows from the plan's seed and the step alone.
   *
   * @param step of the run, 0-based
   * @param phaseStep of the phase, 0-based
   */
  public void fit(DataSet batch, long step, long phaseStep) {
    seed(step);
    rates.set(rate(phaseStep));
    List<DataSet> parts = parts(batch);
    if (parts.size() > 1) {
      accumulation.fit(graph, parts);
    } else {
      graph.fit(batch);
    }
  }

  private void seed(long step) {
    Nd4j.getRandom().setSeed(new SplittableRandom(new SplittableRandom(plan.seed()).nextLong() + step).nextLong());
  }

  private List<DataSet> parts(DataSet batch) {
    int parts = Math.min(plan.accumulate(), batch.numExamples() / 2); // norms need two images
    return parts <= 1 ? List.of(batch)
        : IntStream.range(0, parts).mapToObj(part -> part(batch, part, parts)).toList();
  }

  /**
   * The sum of the gradients of a batch's images; of norms' running statistics, what the step would take from them.
   * Nothing is updated. What is drawn follows from the plan's seed and the step alone.
   *
   * @param step of the run, 0-based
   * @return the parameters' length and order; the graph's own array, or one that the next call writes over
   * @see GradientUpdate
   */
  public INDArray gradient(DataSet batch, long step) {
    seed(step);
    List<DataSet> parts = parts(batch);
    INDArray gradient = GradientUpdate.gradient(graph, parts.get(0));
    if (parts.size() == 1) {
      return gradient;
    }
    INDArray sum = gradient.dup();
    for (DataSet part : parts.subList(1, parts.size())) {
      sum.addi(GradientUpdate.gradient(graph, part));
    }
    GradientUpdate.scaleStatistics(graph, sum, 1.0 / parts.size());
    return sum;
  }

  /**
   * Takes a step by a gradient that was computed elsewhere.
   *
   * @param gradient as {@link #gradient} gives it, summed over all images; of running statistics, the mean
   * @param images that it was summed over
   * @param loss their mean loss
   * @param phaseStep of the phase, 0-based
   */
  public void apply(INDArray gradient, int images, double loss, long phaseStep) {
    rates.set(rate(phaseStep));
    GradientUpdate.apply(graph, gradient, images, loss);
  }

  /**
   * Goes on from another net's state.
   *
   * @param updater its state; null: none yet
   * @param phaseStep that comes next, 0-based
   */
  public void goOnFrom(INDArray parameters, INDArray updater, long phaseStep) {
    graph.setParams(parameters);
    graph.getConfiguration().setIterationCount((int) phaseStep);
    INDArray state = updaterState();
    if (updater != null) {
      state.assign(updater.reshape(state.shape()));
    } else if (state != null) {
      state.assign(0);
    }
  }

  /** How often the average was updated. */
  long averaged() {
    return average == null ? 0 : average.updates();
  }

  private static DataSet part(DataSet batch, int part, int parts) {
    int images = batch.numExamples();
    return new DataSet(rows(batch.getFeatures(), images * part / parts, images * (part + 1) / parts),
        rows(batch.getLabels(), images * part / parts, images * (part + 1) / parts));
  }

  private static INDArray rows(INDArray array, int from, int to) {
    return array.get(NDArrayIndex.interval(from, to)).dup('c');
  }

  /** The rate of the phase's step, 0-based. */
  double rate(long step) {
    return phase.learningRate().valueAt((int) step, 0);
  }

  /** The updater's state as it is; null if it has none. */
  public INDArray updaterState() {
    return graph.getUpdater(true).getStateViewArray();
  }

  /** The weights' average as it is; null if there is none. */
  INDArray average() {
    return average == null || average.updates() == 0 ? null : average.parameters();
  }

  /** Does something while the graph has the average for its parameters, if there is one. */
  <T> T withAverage(Shown<T> work) throws IOException {
    if (average() == null) {
      return work.run();
    }
    average.swap(graph);
    try {
      return work.run();
    } finally {
      average.swap(graph);
    }
  }

  /** What is done with the average. */
  @FunctionalInterface
  interface Shown<T> {
    T run() throws IOException;
  }
}
