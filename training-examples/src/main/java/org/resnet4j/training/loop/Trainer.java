package org.resnet4j.training.loop;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.regularization.L2Regularization;
import org.nd4j.linalg.learning.regularization.Regularization;
import org.resnet4j.training.loop.TrainingResult.End;
import org.resnet4j.zoo.ResNetTransfer;
import org.resnet4j.zoo.updater.SgdMomentum;

/**
 * Trains a graph by stochastic gradient descent with momentum: phase after phase, epoch after epoch, a validation after
 * each epoch, the weights of the best one kept. The same graph, data and plan give the same weights to the bit on the
 * same machine.
 */
public final class Trainer {
  /** PyTorch's: the share of a running statistic's old value that a step keeps. */
  private static final double LEAST_DECAY = 0.9;
  private static final double NANOS = 1e9;

  private final TrainingPlan plan;
  private final List<String> classes;
  private final UnaryOperator<ComputationGraph> engine;
  private final TrainingObserver observer;
  private final List<EpochMetrics> epochs = new ArrayList<>();
  private EpochMetrics best;
  private INDArray bestParameters;
  private ComputationGraph graph;
  private BatchScore score;
  private SgdMomentum updater;

  /**
   * A trainer for one run on Deeplearning4j.
   *
   * @param classes the class names, in the order of the net's outputs
   */
  public Trainer(TrainingPlan plan, List<String> classes, TrainingObserver observer) {
    this(plan, classes, UnaryOperator.identity(), observer);
  }

  /**
   * A trainer for one run.
   *
   * @param classes the class names, in the order of the net's outputs
   * @param engine gives a graph that takes over its argument's parameters, to train in its place; or the argument. A
   *     graph of its making is closed at the end of its phase
   */
  public Trainer(TrainingPlan plan, List<String> classes, UnaryOperator<ComputationGraph> engine,
      TrainingObserver observer) {
    this.plan = plan;
    this.classes = List.copyOf(classes);
    this.engine = engine;
    this.observer = observer;
  }

  /**
   * Runs the plan.
   *
   * @param start one input, one softmax output, nothing frozen; its updater and weight decay are replaced by the plan's,
   *     its listeners by none
   * @param training reset before each epoch; one-hot labels
   * @param trainingImages how many images an epoch of {@code training} yields
   * @param validation reset before each epoch's validation; one-hot labels
   * @throws IOException as thrown by the observer
   */
  public TrainingResult train(
      ComputationGraph start, DataSetIterator training, int trainingImages, DataSetIterator validation)
      throws IOException {
    Nd4j.getRandom().setSeed(plan.seed());
    ComputationGraph whole = start;
    End end = End.ALL_EPOCHS;
    for (TrainingPhase phase : plan.phases()) {
      boolean frozen = phase.frozenThrough().isPresent();
      ComputationGraph given = frozen ? ResNetTransfer.freezeThrough(whole, phase.frozenThrough().get()) : whole;
      graph = engine.apply(given);
      try {
        end = run(phase, training, trainingImages, validation);
        whole = frozen ? ResNetTransfer.unfreeze(graph) : given;
      } finally {
        release(whole, !frozen);
      }
      if (end == End.DIVERGED) {
        break;
      }
    }
    if (bestParameters != null) {
      whole.setParams(bestParameters);
    }
    return new TrainingResult(whole, Optional.ofNullable(best), List.copyOf(epochs), end);
  }

  /**
   * Frees what the phase's graph holds, which else would stay until the garbage collector finds it: the next phase comes
   * with as much again.
   *
   * @param left what the phase leaves; it may be that graph
   * @param shared whether that has the same parameters, which closing would take with it
   */
  private void release(ComputationGraph left, boolean shared) {
    if (graph != left) {
      graph.params().setCloseable(!shared);
      graph.close();
    }
  }

  private End run(TrainingPhase phase, DataSetIterator training, int trainingImages, DataSetIterator validation)
      throws IOException {
    prepare(phase, trainingImages / training.batch());
    try (BatchScore watching = BatchScore.of(graph)) {
      score = watching;
      observer.phaseStarted(phase, graph);
      End end = epochs(phase, training, trainingImages, validation);
      observer.phaseEnded(phase, graph);
      return end;
    }
  }

  private End epochs(TrainingPhase phase, DataSetIterator training, int trainingImages, DataSetIterator validation)
      throws IOException {
    EpochMetrics bestOfPhase = null;
    int epochsWithoutGain = 0;
    for (int epoch = 0; epoch < phase.epochs(); epoch++) {
      observer.epochStarted(epochs.size() + 1, plan.epochs(), phase);
      EpochMetrics metrics = epoch(phase, epoch, training, trainingImages, validation);
      if (metrics == null) {
        return End.DIVERGED;
      }
      epochs.add(metrics);
      observer.epochEnded(metrics);
      if (metrics.betterThan(best)) {
        best = metrics;
        bestParameters = bestParameters == null ? graph.params().dup() : bestParameters.assign(graph.params());
        improved(phase, metrics);
      }
      boolean gained = bestOfPhase == null || metrics.validationAccuracy() > bestOfPhase.validationAccuracy();
      bestOfPhase = gained ? metrics : bestOfPhase;
      epochsWithoutGain = gained ? 0 : epochsWithoutGain + 1;
      if (plan.patience() > 0 && epochsWithoutGain >= plan.patience() && epoch + 1 < phase.epochs()) {
        return End.EARLY;
      }
    }
    return End.ALL_EPOCHS;
  }

  private void improved(TrainingPhase phase, EpochMetrics metrics) throws IOException {
    if (phase.frozenThrough().isEmpty()) {
      observer.improved(graph, metrics);
      return;
    }
    ComputationGraph thawed = ResNetTransfer.unfreeze(graph);
    try {
      observer.improved(thawed, metrics);
    } finally {
      thawed.params().close();
    }
  }

  /** Trains and validates one epoch; null if a loss was not finite. */
  private EpochMetrics epoch(
      TrainingPhase phase, int epoch, DataSetIterator training, int trainingImages, DataSetIterator validation) {
    long started = System.nanoTime();
    training.reset();
    score.reset();
    int seen = 0;
    double rate = 0;
    while (training.hasNext()) {
      DataSet batch = training.next();
      rate = phase.learningRate().at((epoch + (double) seen / trainingImages) / phase.epochs());
      int images = batch.numExamples();
      seen += images;
      if (images == 1 && trainingImages > 1) {
        continue; // a rest of one image has no variance that batch norm could use
      }
      updater.setLrAndSchedule(rate, null);
      long began = System.nanoTime();
      graph.fit(batch);
      double seconds = (System.nanoTime() - began) / NANOS;
      if (!Double.isFinite(score.meanLoss())) {
        return null;
      }
      observer.batchTrained(images, seconds, score.meanLoss(), score.accuracy());
    }
    double trainSeconds = (System.nanoTime() - started) / NANOS;
    validation.reset();
    Evaluation result = Evaluation.of(Network.of(graph), classes, validation, observer::batchValidated);
    if (!Double.isFinite(result.meanLoss())) {
      return null;
    }
    return new EpochMetrics(epochs.size() + 1, score.meanLoss(), score.accuracy(), result.meanLoss(),
        result.accuracy(), rate, seen / trainSeconds, (System.nanoTime() - started) / NANOS, phase.name());
  }

  /**
   * Gives every layer the plan's updater and weight decay. One updater object serves all layers, so that a step's rate
   * is set in one place: {@link ComputationGraph#setLearningRate(double)} rebuilds the updater's state at each call.
   *
   * <p>Running statistics follow within an epoch: those of a net that keeps 0.99 of the old value, as Keras's do, would
   * lag behind its weights for hundreds of steps, and with few images validation would see another net than training.
   */
  private void prepare(TrainingPhase phase, int stepsOfEpoch) {
    updater = new SgdMomentum(phase.learningRate().at(0), plan.momentum());
    List<Regularization> decay =
        plan.weightDecay() == 0 ? List.of() : List.of(new L2Regularization(plan.weightDecay()));
    for (Layer layer : graph.getLayers()) {
      if (layer.conf().getLayer() instanceof BaseLayer base) {
        base.setIUpdater(updater);
        base.setBiasUpdater(null);
        base.setRegularization(decay);
        base.setRegularizationBias(List.of());
      }
      if (layer.conf().getLayer() instanceof BatchNormalization norm) {
        norm.setDecay(Math.min(norm.getDecay(), Math.max(LEAST_DECAY, 1 - 1.0 / Math.max(1, stepsOfEpoch))));
      }
    }
    graph.setUpdater(null);
    graph.setListeners(List.of());
  }
}
