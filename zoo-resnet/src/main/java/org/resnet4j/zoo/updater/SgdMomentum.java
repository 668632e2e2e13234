package org.resnet4j.zoo.updater;

import java.util.Map;
import java.util.Objects;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.GradientUpdater;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.schedule.ISchedule;

/**
 * Stochastic gradient descent with momentum as {@code torch.optim.SGD} has it: {@code buffer = momentum * buffer + g},
 * then {@code p -= learningRate * buffer}, or with Nesterov's look-ahead {@code p -= learningRate * (g + momentum *
 * buffer)}.
 *
 * <p>The rate is outside the buffer, so that a drop of the rate acts at once. Weight decay as in PyTorch, part of the
 * gradient, is DL4J's {@code l2} (which leaves biases and norms alone). State: the buffer.
 */
public final class SgdMomentum implements IUpdater {
  private static final long serialVersionUID = 1;

  private double learningRate;
  private ISchedule learningRateSchedule;
  private double momentum;
  private boolean nesterov;

  private SgdMomentum() {}

  public SgdMomentum(double learningRate, double momentum) {
    this(learningRate, null, momentum, false);
  }

  public SgdMomentum(ISchedule learningRate, double momentum) {
    this(Double.NaN, Objects.requireNonNull(learningRate), momentum, false);
  }

  private SgdMomentum(double learningRate, ISchedule schedule, double momentum, boolean nesterov) {
    if (momentum < 0 || momentum >= 1 || Double.isNaN(momentum)) {
      throw new IllegalArgumentException("Momentum: expected at least 0 and less than 1, found " + momentum);
    }
    this.learningRate = learningRate;
    this.learningRateSchedule = schedule;
    this.momentum = momentum;
    this.nesterov = nesterov;
  }

  /** The same with Nesterov's look-ahead. */
  public SgdMomentum nesterov() {
    return new SgdMomentum(learningRate, learningRateSchedule, momentum, true);
  }

  public double momentum() {
    return momentum;
  }

  public boolean isNesterov() {
    return nesterov;
  }

  @Override
  public long stateSize(long parameters) {
    return parameters;
  }

  @Override
  public GradientUpdater<SgdMomentum> instantiate(INDArray view, boolean initialize) {
    SgdMomentumUpdater updater = new SgdMomentumUpdater(this);
    updater.setStateViewArray(view, view.shape(), view.ordering(), initialize);
    return updater;
  }

  @Override
  public GradientUpdater<SgdMomentum> instantiate(Map<String, INDArray> state, boolean initialize) {
    SgdMomentumUpdater updater = new SgdMomentumUpdater(this);
    updater.setState(state, initialize);
    return updater;
  }

  @Override
  public double getLearningRate(int iteration, int epoch) {
    return learningRateSchedule == null ? learningRate : learningRateSchedule.valueAt(iteration, epoch);
  }

  @Override
  public boolean hasLearningRate() {
    return true;
  }

  @Override
  public void setLrAndSchedule(double learningRate, ISchedule schedule) {
    this.learningRate = learningRate;
    this.learningRateSchedule = schedule;
  }

  @Override
  public SgdMomentum clone() {
    return new SgdMomentum(learningRate, learningRateSchedule == null ? null : learningRateSchedule.clone(), momentum,
        nesterov);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof SgdMomentum that && Double.compare(learningRate, that.learningRate) == 0
        && Objects.equals(learningRateSchedule, that.learningRateSchedule) && momentum == that.momentum
        && nesterov == that.nesterov;
  }

  @Override
  public int hashCode() {
    return Objects.hash(learningRate, learningRateSchedule, momentum, nesterov);
  }

  @Override
  public String toString() {
    return "SgdMomentum(learningRate=%s, momentum=%s%s)".formatted(
        learningRateSchedule == null ? learningRate : learningRateSchedule, momentum, nesterov ? ", nesterov" : "");
  }
}
