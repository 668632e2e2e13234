package org.resnet4j.training.loop;

import org.nd4j.linalg.dataset.DataSet;
import org.resnet4j.training.data.ImageBatches;

/** Steps of this process. */
final class LocalSteps implements Steps {
  private static final double NANOS = 1e9;

  /** What is done with a batch. */
  @FunctionalInterface
  interface Work {
    void on(TrainingStep trained, DataSet batch, long step, long phaseStep);
  }

  private final ImageBatches batches;
  private final Work work;

  LocalSteps(ImageBatches batches, Work work) {
    this.batches = batches;
    this.work = work;
  }

  @Override
  public int images() {
    return batches.size();
  }

  @Override
  public int batch() {
    return batches.batch();
  }

  @Override
  public OfPhase begin(TrainingStep step) {
    return new Phase(step);
  }

  private final class Phase implements OfPhase {
    private final TrainingStep trained;
    private final BatchScore score;

    Phase(TrainingStep trained) {
      this.trained = trained;
      score = BatchScore.of(trained.graph());
    }

    @Override
    public void position(int epoch, int batch) {
      if (epoch != batches.epoch() || batch != batches.position()) {
        batches.position(epoch, batch);
      }
    }

    @Override
    public boolean hasNext() {
      return batches.hasNext();
    }

    @Override
    public Taken take(long step, long phaseStep, long most) {
      DataSet batch = batches.next();
      long began = System.nanoTime();
      score.reset();
      boolean left = batch.numExamples() == 1 && batches.size() > 1; // one image has no variance for batch norm
      if (!left) {
        work.on(trained, batch, step, phaseStep);
      }
      return new Taken(batches.position(), left ? 0 : 1, score.images(), score.lossSum(), score.right(),
          (System.nanoTime() - began) / NANOS);
    }

    @Override
    public double waitedSeconds() {
      return batches.waitedSeconds();
    }

    @Override
    public void close() {
      score.close();
    }
  }
}
