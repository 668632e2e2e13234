package org.resnet4j.zoo.layer;

import java.util.Collection;
import java.util.Objects;
import org.deeplearning4j.exception.DL4JInvalidConfigException;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.inputs.InputType.InputTypeConvolutional;
import org.deeplearning4j.nn.conf.layers.InputTypeUtil;
import org.deeplearning4j.nn.conf.layers.NoParamLayer;
import org.deeplearning4j.nn.conf.memory.LayerMemoryReport;
import org.deeplearning4j.nn.conf.memory.MemoryReport;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Shortcut option A, which has no parameters (He et al. 2015, arXiv:1512.03385, section 3.3): every
 * {@code stride}-th row and column, and channels of zeros around the input's, {@code channels} in all.
 *
 * <p>Half of the zero channels, rounded down, come first, as in akamaster/pytorch_resnet_cifar10. A side of n pixels
 * becomes ceil(n / stride). NCHW and NHWC; the layout is the input type's.
 *
 * <p>Throws {@link DL4JInvalidConfigException} if the input has more than {@code channels} channels.
 */
public class ZeroPadShortcut extends NoParamLayer {
  private long channels;
  private int stride;
  private CNN2DFormat dataFormat = CNN2DFormat.NCHW;

  protected ZeroPadShortcut() {}

  public ZeroPadShortcut(long channels, int stride) {
    if (channels < 1 || stride < 1) {
      throw new DL4JInvalidConfigException(
          "Zero-padded shortcut: expected 1 output channel and a stride of 1 at least, found %d and %d"
              .formatted(channels, stride));
    }
    this.channels = channels;
    this.stride = stride;
  }

  public long getChannels() {
    return channels;
  }

  public int getStride() {
    return stride;
  }

  public CNN2DFormat getDataFormat() {
    return dataFormat;
  }

  @Override
  public void setNIn(InputType inputType, boolean override) {
    dataFormat = convolutional(inputType).getFormat();
  }

  @Override
  public InputType getOutputType(int layerIndex, InputType inputType) {
    InputTypeConvolutional input = convolutional(inputType);
    return InputType.convolutional((input.getHeight() + stride - 1) / stride, (input.getWidth() + stride - 1) / stride,
        channels, input.getFormat());
  }

  private InputTypeConvolutional convolutional(InputType inputType) {
    if (!(inputType instanceof InputTypeConvolutional input)) {
      throw new IllegalStateException(
          "Zero-padded shortcut \"%s\": expected a convolutional input, found %s".formatted(getLayerName(), inputType));
    }
    if (input.getChannels() > channels) {
      throw new DL4JInvalidConfigException("Zero-padded shortcut \"%s\": expected %d input channels at most, found %d"
          .formatted(getLayerName(), channels, input.getChannels()));
    }
    return input;
  }

  @Override
  public Layer instantiate(NeuralNetConfiguration conf, Collection<TrainingListener> listeners, int index,
      INDArray paramsView, boolean initializeParams, DataType dataType) {
    ZeroPadShortcutLayer layer = new ZeroPadShortcutLayer(conf, dataType);
    layer.setListeners(listeners);
    layer.setIndex(index);
    layer.setParamTable(initializer().init(conf, paramsView, initializeParams));
    return layer;
  }

  @Override
  public InputPreProcessor getPreProcessorForInputType(InputType inputType) {
    return InputTypeUtil.getPreProcessorForInputTypeCnnLayers(inputType, getLayerName());
  }

  @Override
  public LayerMemoryReport getMemoryReport(InputType inputType) {
    return new LayerMemoryReport.Builder(getLayerName(), ZeroPadShortcut.class, inputType, getOutputType(-1, inputType))
        .standardMemory(0, 0)
        .workingMemory(0, 0, MemoryReport.CACHE_MODE_ALL_ZEROS, MemoryReport.CACHE_MODE_ALL_ZEROS)
        .cacheMemory(MemoryReport.CACHE_MODE_ALL_ZEROS, MemoryReport.CACHE_MODE_ALL_ZEROS)
        .build();
  }

  @Override
  public boolean equals(Object other) {
    return super.equals(other) && other instanceof ZeroPadShortcut that
        && channels == that.channels && stride == that.stride && dataFormat == that.dataFormat;
  }

  @Override
  protected boolean canEqual(Object other) {
    return other instanceof ZeroPadShortcut;
  }

  @Override
  public int hashCode() {
    return Objects.hash(super.hashCode(), channels, stride, dataFormat);
  }

  @Override
  public String toString() {
    return "ZeroPadShortcut(channels=%d, stride=%d, dataFormat=%s)".formatted(channels, stride, dataFormat);
  }
}
