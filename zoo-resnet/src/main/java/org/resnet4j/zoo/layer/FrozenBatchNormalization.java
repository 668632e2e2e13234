package org.resnet4j.zoo.layer;

import java.util.Collection;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.LayerValidation;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Batch norm whose scale, shift and statistics never change, in training as in inference: torchvision's
 * {@code FrozenBatchNorm2d} (ops/misc.py). Unlike DL4J's {@code FrozenLayerWithBackprop}, its gradient is that of the
 * constant scale, not of batch statistics. Shapes and layouts are {@link BatchNormalization}'s.
 */
public class FrozenBatchNormalization extends BatchNormalization {
  private static final long serialVersionUID = 1L;

  @Override
  public Layer instantiate(NeuralNetConfiguration conf, Collection<TrainingListener> listeners, int index,
      INDArray paramsView, boolean initializeParams, DataType dataType) {
    LayerValidation.assertNOutSet("FrozenBatchNormalization", getLayerName(), index, getNOut());
    return Parameters.give(new RunningNormalization(conf, dataType, false), listeners, index, paramsView, initializeParams);
  }

  @Override
  public FrozenBatchNormalization clone() {
    return (FrozenBatchNormalization) super.clone();
  }

  @Override
  protected boolean canEqual(Object other) {
    return other instanceof FrozenBatchNormalization;
  }
}
