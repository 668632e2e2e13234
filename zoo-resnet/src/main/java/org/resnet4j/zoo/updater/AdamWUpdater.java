package org.resnet4j.zoo.updater;

import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.learning.GradientUpdater;
import org.nd4j.linalg.ops.transforms.Transforms;

/** Runs {@link AdamW} on the parameters of one block: turns a gradient into the update, in place. */
final class AdamWUpdater implements GradientUpdater<AdamW> {
  static final String STATE = "m, v, steps";

  private final AdamW config;
  /** m and v of n parameters, then the number of steps; how many parameters there are, the gradient tells. */
  private INDArray state;

  AdamWUpdater(AdamW config) {
    this.config = config;
  }

  @Override
  public AdamW getConfig() {
    return config;
  }

  @Override
  public void setState(Map<String, INDArray> stateMap, boolean initialize) {
    if (!stateMap.keySet().equals(Map.of(STATE, 0).keySet())) {
      throw new IllegalArgumentException("AdamW's state: expected \"" + STATE + "\", found " + stateMap.keySet());
    }
    INDArray view = stateMap.get(STATE);
    setStateViewArray(view, view.shape(), view.ordering(), initialize);
  }

  @Override
  public Map<String, INDArray> getState() {
    return Map.of(STATE, state);
  }

  @Override
  public void setStateViewArray(INDArray view, long[] gradientShape, char gradientOrder, boolean initialize) {
    if (initialize) {
      view.assign(0);
    }
    state = view.reshape(view.length());
  }

  @Override
  public void applyUpdater(INDArray gradient, int iteration, int epoch) {
    long n = gradient.length();
    INDArray update = gradient.reshape(n);
    INDArray m = state.get(NDArrayIndex.interval(0, n));
    INDArray v = state.get(NDArrayIndex.interval(n, 2 * n));
    double step = state.getDouble(2 * n) + 1;
    state.putScalar(2 * n, step);

    Axpy.add(1 - config.beta1(), update, m.muli(config.beta1()));
    Axpy.add(1 - config.beta2(), update.muli(update), v.muli(config.beta2()));
    double rootCorrection = Math.sqrt(1 - Math.pow(config.beta2(), step));
    double rate = config.getLearningRate(iteration, epoch) / (1 - Math.pow(config.beta1(), step));
    Transforms.sqrt(update.assign(v), false).divi(rootCorrection).addi(config.epsilon()).rdivi(m).muli(rate);
  }
}
