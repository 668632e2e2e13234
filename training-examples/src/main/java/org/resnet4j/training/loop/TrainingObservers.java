package org.resnet4j.training.loop;

import java.io.IOException;
import java.util.List;
import org.deeplearning4j.nn.graph.ComputationGraph;

/** Tells each of several. */
record TrainingObservers(List<TrainingObserver> all) implements TrainingObserver {
  @Override
  public void phaseStarted(TrainingPhase phase, ComputationGraph graph) {
    all.forEach(one -> one.phaseStarted(phase, graph));
  }

  @Override
  public void epochStarted(int epoch, int epochs, TrainingPhase phase) {
    all.forEach(one -> one.epochStarted(epoch, epochs, phase));
  }

  @Override
  public void batchTrained(int images, double seconds, double loss, double accuracy) {
    all.forEach(one -> one.batchTrained(images, seconds, loss, accuracy));
  }

  @Override
  public void batchValidated(int images) {
    all.forEach(one -> one.batchValidated(images));
  }

  @Override
  public void epochEnded(EpochMetrics epoch) throws IOException {
    for (TrainingObserver one : all) {
      one.epochEnded(epoch);
    }
  }

  @Override
  public void improved(ComputationGraph graph, EpochMetrics epoch) throws IOException {
    for (TrainingObserver one : all) {
      one.improved(graph, epoch);
    }
  }

  @Override
  public void checkpointed(long steps) {
    all.forEach(one -> one.checkpointed(steps));
  }

  @Override
  public void phaseEnded(TrainingPhase phase, ComputationGraph graph) {
    all.forEach(one -> one.phaseEnded(phase, graph));
  }
}
