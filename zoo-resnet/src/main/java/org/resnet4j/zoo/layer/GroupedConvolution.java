package org.resnet4j.zoo.layer;

import java.util.Collection;
import java.util.Objects;
import org.deeplearning4j.exception.DL4JInvalidConfigException;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.ParamInitializer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.LayerValidation;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.deeplearning4j.util.ConvolutionUtils;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A 2D convolution whose channels form {@code groups} that don't see each other (ResNeXt, arXiv:1611.05431, section 3).
 *
 * <p>Input and output are NCHW or NHWC; the parameters are {@code W} [nOut, nIn / groups, kH, kW] and, with a bias,
 * {@code b} [nOut], in either layout. Everything else is {@link ConvolutionLayer}'s: stride, padding, dilation,
 * {@code ConvolutionMode}, activation, dropout, constraints. Weight initialisers get PyTorch's and Keras' fan-in,
 * nIn / groups * kH * kW, and DL4J's fan-out, nOut * kH * kW / stride area.
 *
 * <p>Throws {@link DL4JInvalidConfigException} when groups don't divide both channel counts.
 */
public class GroupedConvolution extends ConvolutionLayer {
  private int groups = 1;

  protected GroupedConvolution() {}

  private GroupedConvolution(Builder builder) {
    super(builder);
    groups = builder.groups;
    checkGroups();
  }

  public int getGroups() {
    return groups;
  }

  private void checkGroups() {
    String name = getLayerName() == null ? "" : " \"" + getLayerName() + "\"";
    if (groups < 1) {
      throw new DL4JInvalidConfigException(
          "Grouped convolution%s: expected 1 group or more, found %d".formatted(name, groups));
    }
    // A count of 0 isn't set yet.
    if (getNIn() % groups != 0 || getNOut() % groups != 0) {
      throw new DL4JInvalidConfigException(
          ("Grouped convolution%s: %d groups must divide the input channels (%d) and the output channels (%d);"
              + " choose a divisor of both").formatted(name, groups, getNIn(), getNOut()));
    }
  }

  @Override
  public void setNIn(InputType inputType, boolean override) {
    super.setNIn(inputType, override);
    checkGroups();
  }

  @Override
  public Layer instantiate(NeuralNetConfiguration conf, Collection<TrainingListener> listeners, int index,
      INDArray paramsView, boolean initializeParams, DataType dataType) {
    LayerValidation.assertNInNOutSet("GroupedConvolution", getLayerName(), index, getNIn(), getNOut());
    checkGroups();
    return Parameters.give(new GroupedConvolutionLayer(conf, dataType), listeners, index, paramsView, initializeParams);
  }

  @Override
  public ParamInitializer initializer() {
    return GroupedConvolutionParams.INSTANCE;
  }

  @Override
  public GroupedConvolution clone() {
    return (GroupedConvolution) super.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof GroupedConvolution that && super.equals(that) && groups == that.groups;
  }

  @Override
  protected boolean canEqual(Object other) {
    return other instanceof GroupedConvolution;
  }

  @Override
  public int hashCode() {
    return Objects.hash(super.hashCode(), groups);
  }

  @Override
  public String toString() {
    return "GroupedConvolution(groups=" + groups + ", " + super.toString() + ")";
  }

  /** {@link ConvolutionLayer}'s builder with a number of groups. */
  @SuppressWarnings("unchecked")
  public static class Builder extends ConvolutionLayer.Builder {
    private final int groups;

    public Builder(int groups, int kernelHeight, int kernelWidth) {
      super(kernelHeight, kernelWidth);
      this.groups = groups;
    }

    @Override
    public GroupedConvolution build() {
      ConvolutionUtils.validateConvolutionModePadding(convolutionMode, padding);
      ConvolutionUtils.validateCnnKernelStridePadding(kernelSize, stride, padding);
      return new GroupedConvolution(this);
    }
  }
}
