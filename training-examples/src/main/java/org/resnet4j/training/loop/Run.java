package org.resnet4j.training.loop;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.resnet4j.training.loop.Steps.Taken;
import org.resnet4j.training.loop.TrainingResult.End;
import org.resnet4j.training.loop.TrainingState.Place;

/** Where a run is, while it runs: a {@link TrainingState} that changes. */
final class Run {
  final List<EpochMetrics> epochs;
  int phase;
  int epoch;
  int batch;
  long step;
  long phaseStep;
  double seconds;
  double waited;
  long averaged;
  int bestEpoch;
  double bestOfPhase;
  int epochsWithoutGain;
  End end;
  INDArray bestParameters;
  /** What a run that diverged saw. */
  String seen = "";
  double lossSum;
  int right;
  int images;
  /** Of the phase that the state is of, until they are taken over. */
  INDArray updater;
  INDArray average;

  /** The start. */
  Run() {
    this(new TrainingState(Place.START, List.of(), null, null, null, null));
  }

  Run(TrainingState state) {
    Place place = state.place();
    epochs = new ArrayList<>(state.epochs());
    phase = place.phase();
    epoch = place.epoch();
    batch = place.batch();
    step = place.step();
    phaseStep = place.phaseStep();
    lossSum = place.lossSum();
    right = place.right();
    images = place.images();
    seconds = place.seconds();
    waited = place.waited();
    averaged = place.averaged();
    bestEpoch = place.bestEpoch();
    bestOfPhase = place.bestOfPhase();
    epochsWithoutGain = place.epochsWithoutGain();
    end = place.end();
    bestParameters = state.best();
    updater = state.updater();
    average = state.average();
  }

  TrainingState state(INDArray parameters, INDArray updater, INDArray average) {
    return new TrainingState(new Place(phase, epoch, batch, step, phaseStep, lossSum, right, images, seconds, waited,
        averaged, bestEpoch, bestOfPhase, epochsWithoutGain, end), epochs, parameters, updater, average,
        bestParameters);
  }

  void beginEpoch() {
    lossSum = 0;
    right = 0;
    images = 0;
    seconds = 0;
    waited = 0;
  }

  void count(Taken taken, long averaged) {
    batch = taken.batch();
    step += taken.steps();
    phaseStep += taken.steps();
    lossSum += taken.lossSum();
    right += taken.right();
    images += taken.images();
    this.averaged = averaged;
  }

  /** Of the epoch so far. */
  double meanLoss() {
    return lossSum / images;
  }

  /** Of the epoch so far. */
  double accuracy() {
    return (double) right / images;
  }

  /** The number of the last epoch, counted over all phases. */
  int number() {
    return epochs.isEmpty() ? 0 : epochs.get(epochs.size() - 1).epoch();
  }

  /** The epochs that the phases before this one could have had: each epoch has an order of images of its own. */
  int phaseEpochs(TrainingPlan plan) {
    return plan.phases().subList(0, phase).stream().mapToInt(TrainingPhase::epochs).sum();
  }

  Optional<EpochMetrics> best() {
    return epochs.stream().filter(e -> e.epoch() == bestEpoch).findFirst();
  }

  void nextPhase() {
    if (end == null) {
      phase++;
      epoch = 0;
      batch = 0;
      phaseStep = 0;
      bestOfPhase = -1;
      epochsWithoutGain = 0;
    }
  }
}
