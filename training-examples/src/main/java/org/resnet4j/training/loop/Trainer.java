package org.resnet4j.training.loop;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.resnet4j.training.loop.Steps.OfPhase;
import org.resnet4j.training.loop.Steps.Taken;
import org.resnet4j.training.loop.TrainingResult.End;
import org.resnet4j.zoo.ResNetTransfer;

/**
 * Trains a graph: phase after phase, epoch after epoch, a validation after each epoch, the weights of the best one kept.
 * The same graph, data and plan give the same weights to the bit on the same machine, with one thread and float32 also
 * if the run was stopped at any step and goes on from a checkpoint.
 */
public final class Trainer {
  private static final double NANOS = 1e9;

  private final TrainingPlan plan;
  private final TrainingObserver observer;
  private UnaryOperator<ComputationGraph> engine = UnaryOperator.identity();
  private Optional<Checkpoints> checkpoints = Optional.empty();
  private long checkpointNanos = Long.MAX_VALUE;
  private BooleanSupplier stopped = () -> false;

  private Steps training;
  private Validation validation;
  private Run run;
  private ComputationGraph graph;
  private TrainingStep step;
  private OfPhase steps;
  private long lastCheckpoint;

  /** A trainer for one run on Deeplearning4j. */
  public Trainer(TrainingPlan plan, TrainingObserver observer) {
    this.plan = plan;
    this.observer = observer;
  }

  /**
   * On an engine.
   *
   * @param engine gives a graph that takes over its argument's parameters, to train in its place; or the argument. A
   *     graph of its making is closed at the end of its phase
   */
  public Trainer on(UnaryOperator<ComputationGraph> engine) {
    this.engine = engine;
    return this;
  }

  /** Writes a checkpoint after each epoch, and within one whenever so much time has gone by since the last. */
  public Trainer checkpointed(Checkpoints checkpoints, Duration every) {
    this.checkpoints = Optional.of(checkpoints);
    checkpointNanos = every.toNanos();
    return this;
  }

  /** Stops after the step in which this turns true, with a checkpoint; {@link End#STOPPED}. */
  public Trainer stoppedWhen(BooleanSupplier stopped) {
    this.stopped = stopped;
    return this;
  }

  /**
   * Runs the plan.
   *
   * @param start one input, one softmax output, nothing frozen; its updater and weight decay are replaced by the plan's,
   *     its listeners by none
   * @throws IOException as thrown by the observer
   * @throws CheckpointException if a checkpoint can't be written
   */
  public TrainingResult train(ComputationGraph start, Steps training, Validation validation) throws IOException {
    return train(start, training, validation, new Run());
  }

  /**
   * Goes on from a state of the same plan and data.
   *
   * @param start as the run began with; its parameters are replaced by the state's
   * @see #train(ComputationGraph, Steps, Validation)
   */
  public TrainingResult resume(TrainingState state, ComputationGraph start, Steps training, Validation validation)
      throws IOException {
    start.setParams(state.parameters());
    return train(start, training, validation, new Run(state));
  }

  private TrainingResult train(ComputationGraph start, Steps training, Validation validation, Run run)
      throws IOException {
    this.training = training;
    this.validation = validation;
    this.run = run;
    lastCheckpoint = System.nanoTime();
    ComputationGraph whole = start;
    for (; run.end == null && run.phase < plan.phases().size(); run.nextPhase()) {
      TrainingPhase phase = plan.phases().get(run.phase);
      boolean frozen = phase.frozenThrough().isPresent();
      ComputationGraph given = frozen ? ResNetTransfer.freezeThrough(whole, phase.frozenThrough().get()) : whole;
      graph = engine.apply(given);
      try {
        run(phase);
        whole = frozen ? ResNetTransfer.unfreeze(graph) : given;
      } finally {
        release(whole, !frozen);
      }
    }
    if (run.bestParameters != null && run.end != End.STOPPED) {
      whole.setParams(run.bestParameters);
    }
    return new TrainingResult(whole, run.best(), List.copyOf(run.epochs), run.end == null ? End.ALL_EPOCHS : run.end,
        run.seen);
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

  private void run(TrainingPhase phase) throws IOException {
    step = new TrainingStep(plan, phase, graph, training.images() / training.batch());
    step.restore(run);
    try (OfPhase taking = training.begin(step)) {
      steps = taking;
      observer.phaseStarted(phase, graph);
      if (plan.evaluateFirst() && run.step == 0 && run.epochs.isEmpty()) {
        evaluateFirst(phase);
      }
      epochs(phase);
      observer.phaseEnded(phase, graph);
    }
  }

  private void evaluateFirst(TrainingPhase phase) throws IOException {
    observer.epochStarted(0, plan.epochs(), phase);
    try {
      ended(phase, validated(phase, Double.NaN, Double.NaN, Double.NaN));
    } catch (Stop stop) {
      run.end = End.STOPPED; // nothing is lost yet
    }
  }

  private void epochs(TrainingPhase phase) throws IOException {
    while (run.end == null && (run.batch > 0 || !over(phase))) {
      observer.epochStarted(run.number() + 1, plan.epochs(), phase);
      if (!trained(phase)) {
        return;
      }
      EpochMetrics metrics;
      try {
        metrics = validated(phase, run.meanLoss(), run.accuracy(), run.seconds);
      } catch (Stop stop) {
        stop();
        return;
      }
      if (!Double.isFinite(metrics.validationLoss())) {
        diverged("the validation loss became " + metrics.validationLoss());
        return;
      }
      ended(phase, metrics);
      run.epoch++;
      run.batch = 0;
      if (plan.patience() > 0 && run.epochsWithoutGain >= plan.patience() && !over(phase)) {
        run.end = run.phase + 1 == plan.phases().size() ? End.EARLY : null;
        run.epoch = phase.epochs();
      }
      checkpoint();
      if (stopped.getAsBoolean() && !lastOfRun(phase)) {
        run.end = End.STOPPED;
      }
    }
  }

  private boolean over(TrainingPhase phase) {
    return run.epoch >= phase.epochs() || run.phaseStep >= phase.iterations();
  }

  private boolean lastOfRun(TrainingPhase phase) {
    return run.end != null || (over(phase) && run.phase + 1 == plan.phases().size());
  }

  /** Trains the rest of an epoch; false if the run ends within it. */
  private boolean trained(TrainingPhase phase) {
    if (run.batch == 0) {
      run.beginEpoch();
    }
    steps.position(run.phaseEpochs(plan) + run.epoch, run.batch);
    double waited = steps.waitedSeconds() - run.waited;
    long began = System.nanoTime();
    while (steps.hasNext() && (phase.wholeEpochs() || run.phaseStep < phase.iterations())) {
      Taken taken = steps.take(run.step, run.phaseStep,
          phase.wholeEpochs() ? Long.MAX_VALUE : phase.iterations() - run.phaseStep);
      run.count(taken, step.averaged());
      run.waited = steps.waitedSeconds() - waited;
      if (taken.steps() > 0) {
        if (!Double.isFinite(run.meanLoss())) {
          return diverged("the training loss became " + run.meanLoss());
        }
        observer.batchTrained(taken.images(), taken.seconds(), run.meanLoss(), run.accuracy());
      }
      long now = System.nanoTime();
      run.seconds += (now - began) / NANOS;
      began = now;
      if (stopped.getAsBoolean()) {
        stop();
        return false;
      } else if (now - lastCheckpoint >= checkpointNanos) {
        if (!checkpoint()) {
          return false;
        }
        began = System.nanoTime();
      }
    }
    return true;
  }

  /** Of the last step. */
  private double rate() {
    return run.phaseStep == 0 ? 0 : step.rate(run.phaseStep - 1);
  }

  private void stop() {
    if (checkpoint()) {
      run.end = End.STOPPED;
    }
  }

  private boolean diverged(String what) {
    run.end = End.DIVERGED;
    run.seen = String.format(Locale.ROOT, "in step %d, epoch %d, at a learning rate of %s, %s",
        run.step, run.number() + 1, (float) rate(), what);
    return false;
  }

  /** Validates the net, or what it is the average of. */
  private EpochMetrics validated(TrainingPhase phase, double loss, double accuracy, double seconds)
      throws IOException {
    long began = System.nanoTime();
    Evaluation result = step.withAverage(() -> validation.of(graph, images -> {
      observer.batchValidated(images);
      if (stopped.getAsBoolean()) {
        throw new Stop();
      }
    }));
    double whole = (Double.isNaN(seconds) ? 0 : seconds) + (System.nanoTime() - began) / NANOS;
    return new EpochMetrics(Double.isNaN(seconds) ? 0 : run.number() + 1, loss, accuracy, result.meanLoss(),
        result.accuracy(), rate(), run.images / seconds, whole, phase.name(), result.topFiveAccuracy(), run.step,
        run.waited / seconds);
  }

  private void ended(TrainingPhase phase, EpochMetrics metrics) throws IOException {
    run.epochs.add(metrics);
    observer.epochEnded(metrics);
    if (plan.keepsLast() || metrics.betterThan(run.best().orElse(null))) {
      run.bestEpoch = metrics.epoch();
      step.withAverage(() -> {
        run.bestParameters = run.bestParameters == null ? graph.params().dup()
            : run.bestParameters.assign(graph.params());
        improved(phase, metrics);
        return null;
      });
    }
    boolean gained = metrics.validationAccuracy() > run.bestOfPhase;
    run.bestOfPhase = gained ? metrics.validationAccuracy() : run.bestOfPhase;
    run.epochsWithoutGain = gained ? 0 : run.epochsWithoutGain + 1;
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

  /** False if the parameters are no numbers any more, which a loss shows only a step later; nothing is written then. */
  private boolean checkpoint() {
    INDArray parameters = graph.params();
    double sum = parameters.sumNumber().doubleValue();
    if (!Double.isFinite(sum)) {
      return diverged("the parameters' sum became " + sum);
    }
    if (checkpoints.isPresent()) {
      checkpoints.get().save(run.state(parameters, step.updaterState(), step.average()));
      lastCheckpoint = System.nanoTime();
      observer.checkpointed(run.step);
    }
    return true;
  }

  /** Leaves a validation in the middle. */
  private static final class Stop extends RuntimeException {
    private static final long serialVersionUID = 1;

    Stop() {
      super("stopped", null, false, false);
    }
  }
}
