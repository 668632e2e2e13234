package org.resnet4j.training.loop;

import java.util.function.Consumer;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.resnet4j.training.data.ImageBatches;

/** What takes a run's training steps: this process on images of its own, or many that work together. */
public interface Steps {
  /** This process's steps on its own batches, whose labels are one-hot or mixtures of such. */
  static Steps of(ImageBatches images) {
    return new LocalSteps(images, TrainingStep::fit);
  }

  /**
   * This process's gradients, for somebody else's steps: nothing is updated.
   *
   * @param gradients told each batch's, as {@link TrainingStep#gradient} gives it
   */
  static Steps gradientsOf(ImageBatches images, Consumer<INDArray> gradients) {
    return new LocalSteps(images,
        (trained, batch, step, phaseStep) -> gradients.accept(trained.gradient(batch, step)));
  }

  /** The images of an epoch. */
  int images();

  /** The images of a step, but for an epoch's last. */
  int batch();

  /** Begins a phase. Of several, only the last is used. */
  OfPhase begin(TrainingStep step);

  /** A phase's steps. */
  interface OfPhase extends AutoCloseable {
    /** Goes to a batch of an epoch, both 0-based; epochs are counted over all phases. */
    void position(int epoch, int batch);

    /** Whether the epoch has more batches. */
    boolean hasNext();

    /**
     * Takes the next step, or several.
     *
     * @param step of the run, 0-based: the first to take
     * @param phaseStep of the phase, 0-based
     * @param most so many steps at most
     */
    Taken take(long step, long phaseStep, long most);

    /** Seconds in which images were waited for since the beginning. */
    double waitedSeconds();

    @Override
    void close();
  }

  /**
   * What {@link OfPhase#take} did.
   *
   * @param batch the epoch's batch that comes next, 0-based
   * @param steps 0 for a batch that was left out
   * @param images that were trained on
   * @param lossSum the sum of their losses, without penalties
   * @param right how many of them were told right
   * @param seconds that it took, without the time that images were waited for
   */
  record Taken(int batch, int steps, int images, double lossSum, int right, double seconds) { }
}
