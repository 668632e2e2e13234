package org.resnet4j.training.loop;

import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A run between two steps: all from which it goes on as if nothing had happened. Of generators there is no state, since
 * what is random follows from the seed and the place.
 *
 * @param place where the run is
 * @param epochs that are through
 * @param parameters all of the net's, running statistics among them, in DL4J's order
 * @param updater its state, momentum for one; null before the phase's first step
 * @param average the weights' moving average; null if there is none
 * @param best the best epoch's parameters; null while there is none
 */
public record TrainingState(Place place, List<EpochMetrics> epochs, INDArray parameters, INDArray updater,
                            INDArray average, INDArray best) {
  public TrainingState {
    epochs = List.copyOf(epochs);
  }

  /**
   * Where a run is.
   *
   * @param phase 0-based
   * @param epoch of the phase, 0-based
   * @param batch that comes next in the epoch, 0-based
   * @param step of the run, 0-based: so many are done
   * @param phaseStep of the phase
   * @param lossSum of the epoch's images so far
   * @param right images of the epoch so far
   * @param images of the epoch so far
   * @param seconds of training in the epoch so far
   * @param waited seconds of these in which a batch was waited for
   * @param averaged how often the average was updated
   * @param bestEpoch the kept epoch's number; -1 while there is none
   * @param bestOfPhase the phase's highest validation accuracy; -1 while there is none
   * @param epochsWithoutGain epochs since then
   * @param end why the run ended; null while it goes on
   */
  public record Place(int phase, int epoch, int batch, long step, long phaseStep, double lossSum, int right,
                      int images, double seconds, double waited, long averaged, int bestEpoch, double bestOfPhase,
                      int epochsWithoutGain, TrainingResult.End end) {
    /** The start of a run. */
    static final Place START = new Place(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1, -1, 0, null);
  }
}
