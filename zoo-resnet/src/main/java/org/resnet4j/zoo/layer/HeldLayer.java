package org.resnet4j.zoo.layer;

import java.util.Collection;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayerWithBackprop;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * A layer that stays as it is while the layers before it train: Keras' {@code trainable = False}. Unlike in
 * {@link FrozenLayerWithBackprop}, a batch norm's gradient is that of its running statistics.
 */
public class HeldLayer extends FrozenLayerWithBackprop {
  private static final long serialVersionUID = 1;

  public HeldLayer(@JsonProperty("underlying") Layer underlying) {
    super(underlying);
    setLayerName(underlying.getLayerName());
  }

  @Override
  public org.deeplearning4j.nn.api.Layer instantiate(NeuralNetConfiguration conf,
      Collection<TrainingListener> listeners, int index, INDArray paramsView, boolean initialize, DataType type) {
    if (!(getUnderlying() instanceof BatchNormalization)) {
      return super.instantiate(conf, listeners, index, paramsView, initialize, type);
    }
    NeuralNetConfiguration inner = getInnerConf(conf);
    inner.clearVariables();
    org.deeplearning4j.nn.api.Layer norm =
        Parameters.give(new RunningNormalization(inner, type, false), listeners, index, paramsView, initialize);
    conf.clearVariables();
    inner.variables(true).forEach(conf::addVariable);
    return new org.deeplearning4j.nn.layers.FrozenLayerWithBackprop(norm);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof HeldLayer that && getUnderlying().equals(that.getUnderlying());
  }

  @Override
  public int hashCode() {
    return getUnderlying().hashCode();
  }

  @Override
  protected boolean canEqual(Object other) {
    return other instanceof HeldLayer;
  }
}
