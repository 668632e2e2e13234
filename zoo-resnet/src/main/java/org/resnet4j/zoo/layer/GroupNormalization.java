package org.resnet4j.zoo.layer;

import java.util.Collection;
import java.util.List;
import java.util.Objects;
import org.deeplearning4j.exception.DL4JInvalidConfigException;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.ParamInitializer;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.inputs.InputType.InputTypeConvolutional;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.InputTypeUtil;
import org.deeplearning4j.nn.conf.layers.LayerValidation;
import org.deeplearning4j.nn.conf.memory.LayerMemoryReport;
import org.deeplearning4j.nn.conf.memory.MemoryReport;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.regularization.Regularization;

/**
 * Normalises each example over groups of channels, then scales and shifts each channel (Wu and He, arXiv:1803.08494).
 *
 * <p>Input NCHW or NHWC, the input type's. Parameters {@code gamma} and {@code beta} [C], not regularised, as in DL4J's
 * batch normalisation. Throws {@link DL4JInvalidConfigException} when groups don't divide the channels.
 */
public class GroupNormalization extends FeedForwardLayer {
  private int groups;
  private double eps;
  private double gamma = 1;
  private CNN2DFormat dataFormat = CNN2DFormat.NCHW;

  protected GroupNormalization() {}

  private GroupNormalization(Builder builder) {
    super(builder);
    groups = builder.groups;
    eps = builder.eps;
    gamma = builder.gamma;
    initializeConstraints(builder);
  }

  public int getGroups() {
    return groups;
  }

  public double getEps() {
    return eps;
  }

  /** The initial scale. */
  public double getGamma() {
    return gamma;
  }

  public CNN2DFormat getDataFormat() {
    return dataFormat;
  }

  @Override
  public void setNIn(InputType inputType, boolean override) {
    InputTypeConvolutional input = convolutional(inputType);
    if (nIn <= 0 || override) {
      nIn = input.getChannels();
      nOut = nIn;
      dataFormat = input.getFormat();
    }
    checkGroups();
  }

  private void checkGroups() {
    if (groups < 1 || nOut % groups != 0) {
      throw new DL4JInvalidConfigException(
          "Group normalisation \"%s\": %d groups must divide the %d channels; choose a divisor"
              .formatted(getLayerName(), groups, nOut));
    }
  }

  private InputTypeConvolutional convolutional(InputType inputType) {
    if (inputType instanceof InputTypeConvolutional input) {
      return input;
    }
    throw new IllegalStateException(
        "Group normalisation \"%s\": expected a convolutional input, found %s".formatted(getLayerName(), inputType));
  }

  @Override
  public InputType getOutputType(int layerIndex, InputType inputType) {
    return convolutional(inputType);
  }

  @Override
  public InputPreProcessor getPreProcessorForInputType(InputType inputType) {
    return InputTypeUtil.getPreProcessorForInputTypeCnnLayers(inputType, getLayerName());
  }

  @Override
  public Layer instantiate(NeuralNetConfiguration conf, Collection<TrainingListener> listeners, int index,
      INDArray paramsView, boolean initializeParams, DataType dataType) {
    LayerValidation.assertNOutSet("GroupNormalization", getLayerName(), index, getNOut());
    checkGroups();
    return Parameters.give(new GroupNormalizationLayer(conf, dataType), listeners, index, paramsView, initializeParams);
  }

  @Override
  public ParamInitializer initializer() {
    return GroupNormalizationParams.INSTANCE;
  }

  @Override
  public IUpdater getUpdaterByParam(String parameter) {
    return getIUpdater();
  }

  @Override
  public List<Regularization> getRegularizationByParam(String parameter) {
    return null;
  }

  @Override
  public LayerMemoryReport getMemoryReport(InputType inputType) {
    long parameters = initializer().numParams(this);
    long example = inputType.arrayElementsPerExample();
    return new LayerMemoryReport.Builder(getLayerName(), GroupNormalization.class, inputType, inputType)
        .standardMemory(parameters, getIUpdater().stateSize(parameters))
        .workingMemory(0, 2 * example, 0, 4 * example)
        .cacheMemory(MemoryReport.CACHE_MODE_ALL_ZEROS, MemoryReport.CACHE_MODE_ALL_ZEROS)
        .build();
  }

  @Override
  public GroupNormalization clone() {
    return (GroupNormalization) super.clone();
  }

  @Override
  public boolean equals(Object other) {
    return super.equals(other) && other instanceof GroupNormalization that
        && groups == that.groups && eps == that.eps && gamma == that.gamma && dataFormat == that.dataFormat;
  }

  @Override
  protected boolean canEqual(Object other) {
    return other instanceof GroupNormalization;
  }

  @Override
  public int hashCode() {
    return Objects.hash(super.hashCode(), groups, eps, gamma, dataFormat);
  }

  @Override
  public String toString() {
    return "GroupNormalization(groups=%d, eps=%s, gamma=%s, dataFormat=%s, %s)".formatted(groups, eps, gamma, dataFormat,
        super.toString());
  }

  /** Epsilon is 1e-5 unless set, as in PyTorch. */
  @SuppressWarnings("unchecked")
  public static class Builder extends FeedForwardLayer.Builder<Builder> {
    private final int groups;
    private double eps = 1e-5;
    private double gamma = 1;

    public Builder(int groups) {
      this.groups = groups;
    }

    public Builder eps(double eps) {
      this.eps = eps;
      return this;
    }

    /** The initial scale; 1. */
    public Builder gamma(double gamma) {
      this.gamma = gamma;
      return this;
    }

    @Override
    public GroupNormalization build() {
      return new GroupNormalization(this);
    }
  }
}
