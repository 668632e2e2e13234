package org.resnet4j.zoo.layer;

import java.util.Collection;
import java.util.Objects;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.LayerValidation;
import org.deeplearning4j.nn.params.BatchNormalizationParamInitializer;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Sgd;

/**
 * Batch normalisation of which only some parts train: Keras' {@code scale=False} (gamma is 1 and stays so),
 * {@code center=False} (beta stays 0), and a call with {@code training=False} (running statistics are used, and stay,
 * in training as well, while gamma and beta train).
 *
 * <p>It has all of {@link BatchNormalization}'s parameters.
 */
public class PartialBatchNormalization extends BatchNormalization {
  private static final long serialVersionUID = 1;

  private boolean scale;
  private boolean center;
  private boolean runningStatistics;

  protected PartialBatchNormalization() {}

  public PartialBatchNormalization(boolean scale, boolean center, boolean runningStatistics) {
    this.scale = scale;
    this.center = center;
    this.runningStatistics = runningStatistics;
    setUseLogStd(false);
  }

  public boolean isScale() {
    return scale;
  }

  public boolean isCenter() {
    return center;
  }

  public boolean isRunningStatistics() {
    return runningStatistics;
  }

  @Override
  public IUpdater getUpdaterByParam(String parameter) {
    boolean fixed = parameter.equals(BatchNormalizationParamInitializer.GAMMA) && !scale
        || parameter.equals(BatchNormalizationParamInitializer.BETA) && !center;
    return fixed ? new Sgd(0) : super.getUpdaterByParam(parameter);
  }

  @Override
  public Layer instantiate(NeuralNetConfiguration conf, Collection<TrainingListener> listeners, int index,
      INDArray paramsView, boolean initializeParams, DataType dataType) {
    if (!runningStatistics) {
      return super.instantiate(conf, listeners, index, paramsView, initializeParams, dataType);
    }
    LayerValidation.assertNOutSet("PartialBatchNormalization", getLayerName(), index, getNOut());
    return Parameters.give(new RunningNormalization(conf, dataType, true), listeners, index, paramsView,
        initializeParams);
  }

  @Override
  public PartialBatchNormalization clone() {
    return (PartialBatchNormalization) super.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof PartialBatchNormalization that && super.equals(other) && scale == that.scale
        && center == that.center && runningStatistics == that.runningStatistics;
  }

  @Override
  public int hashCode() {
    return Objects.hash(super.hashCode(), scale, center, runningStatistics);
  }

  @Override
  protected boolean canEqual(Object other) {
    return other instanceof PartialBatchNormalization;
  }
}
