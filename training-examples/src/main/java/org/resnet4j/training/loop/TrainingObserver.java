package org.resnet4j.training.loop;

import java.io.IOException;
import java.util.List;
import org.deeplearning4j.nn.graph.ComputationGraph;

/** Told by the {@link Trainer} how it goes; all calls come from the thread that trains. */
public interface TrainingObserver {
  /**
   * Before a phase's first epoch.
   *
   * @param graph that is going to be trained
   */
  default void phaseStarted(TrainingPhase phase, ComputationGraph graph) {}

  /** Before the first batch of an epoch (1-based, of {@code epochs}); 0: before the untrained net is validated. */
  default void epochStarted(int epoch, int epochs, TrainingPhase phase) {}

  /**
   * After a batch of {@code images} was trained on.
   *
   * @param seconds that the step took, reading the images not counted
   * @param loss the epoch's mean loss so far
   * @param accuracy the epoch's accuracy so far, in [0, 1]
   */
  default void batchTrained(int images, double seconds, double loss, double accuracy) {}

  /** After {@code images} more of the validation set were looked at. */
  default void batchValidated(int images) {}

  /** After an epoch's validation. */
  default void epochEnded(EpochMetrics epoch) throws IOException {}

  /**
   * After {@link #epochEnded}, when the epoch's model is the best so far.
   *
   * @param graph with nothing frozen; not to be used after this call
   */
  default void improved(ComputationGraph graph, EpochMetrics epoch) throws IOException {}

  /** After so many steps of the run were written to a checkpoint. */
  default void checkpointed(long steps) {}

  /** After a phase's last epoch, with the graph that {@link #phaseStarted} was told; also if the loss was not finite. */
  default void phaseEnded(TrainingPhase phase, ComputationGraph graph) {}

  /** Several, told in their order. */
  static TrainingObserver of(List<TrainingObserver> observers) {
    return new TrainingObservers(List.copyOf(observers));
  }
}
