package org.resnet4j.zoo.updater;

import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.GradientUpdater;

/** Runs {@link SgdMomentum} on the parameters of one block: turns a gradient into the update, in place. */
final class SgdMomentumUpdater implements GradientUpdater<SgdMomentum> {
  static final String BUFFER = "buffer";

  private final SgdMomentum config;
  private INDArray buffer;

  SgdMomentumUpdater(SgdMomentum config) {
    this.config = config;
  }

  @Override
  public SgdMomentum getConfig() {
    return config;
  }

  @Override
  public void setState(Map<String, INDArray> state, boolean initialize) {
    if (!state.keySet().equals(Map.of(BUFFER, 0).keySet())) {
      throw new IllegalArgumentException("SgdMomentum's state: expected \"" + BUFFER + "\", found " + state.keySet());
    }
    INDArray view = state.get(BUFFER);
    setStateViewArray(view, view.shape(), view.ordering(), initialize);
  }

  @Override
  public Map<String, INDArray> getState() {
    return Map.of(BUFFER, buffer);
  }

  @Override
  public void setStateViewArray(INDArray view, long[] gradientShape, char gradientOrder, boolean initialize) {
    if (initialize) {
      view.assign(0);
    }
    buffer = view.reshape(view.length());
  }

  @Override
  public void applyUpdater(INDArray gradient, int iteration, int epoch) {
    INDArray update = gradient.reshape(gradient.length());
    double rate = config.getLearningRate(iteration, epoch);
    buffer.muli(config.momentum()).addi(update);
    if (config.isNesterov()) {
      Axpy.add(config.momentum(), buffer, update);
      update.muli(rate);
    } else {
      buffer.muli(rate, update);
    }
  }
}
