package org.resnet4j.training.loop;

import java.util.List;
import java.util.Optional;
import org.deeplearning4j.nn.graph.ComputationGraph;

/**
 * How a training run ended.
 *
 * @param graph with the weights of the best epoch, nothing frozen; meaningless when there is no best epoch, or the run was
 *     stopped from outside
 * @param best the epoch whose weights those are; empty if the loss became not a number before any epoch was through
 * @param epochs all epochs that were completed
 * @param end why it ended
 * @param seen what a run that diverged saw, and where; else empty
 */
public record TrainingResult(ComputationGraph graph, Optional<EpochMetrics> best, List<EpochMetrics> epochs, End end,
                             String seen) {
  /** Why a run ended. */
  public enum End {
    ALL_EPOCHS("all epochs done"),
    EARLY("stopped early: the validation accuracy no longer rose"),
    DIVERGED("stopped: the loss became infinite or not a number"),
    STOPPED("stopped from outside; it can be resumed");

    private final String sentence;

    End(String sentence) {
      this.sentence = sentence;
    }

    @Override
    public String toString() {
      return sentence;
    }
  }
}
