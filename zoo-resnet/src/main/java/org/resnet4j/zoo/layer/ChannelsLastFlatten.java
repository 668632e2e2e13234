package org.resnet4j.zoo.layer;

import java.util.Arrays;
import java.util.Objects;
import org.deeplearning4j.exception.DL4JInvalidInputException;
import org.deeplearning4j.nn.api.MaskState;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.inputs.InputType.InputTypeConvolutional;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Flattens [N, C, H, W] or [N, H, W, C] to [N, H * W * C] in Keras' order, channels last, in both layouts: weights of a
 * dense layer behind Keras' {@code Flatten} then mean the same whichever layout the net computes in.
 *
 * <p>DL4J's own {@code CnnToFeedForwardPreProcessor} flattens in the layout's order. Throws
 * {@link DL4JInvalidInputException} for an array of another shape.
 */
public class ChannelsLastFlatten implements InputPreProcessor {
  private static final long serialVersionUID = 1;

  private long height;
  private long width;
  private long channels;
  private CNN2DFormat dataFormat;

  protected ChannelsLastFlatten() {}

  public ChannelsLastFlatten(long height, long width, long channels, CNN2DFormat dataFormat) {
    this.height = height;
    this.width = width;
    this.channels = channels;
    this.dataFormat = dataFormat;
  }

  public long getHeight() {
    return height;
  }

  public long getWidth() {
    return width;
  }

  public long getChannels() {
    return channels;
  }

  public CNN2DFormat getDataFormat() {
    return dataFormat;
  }

  @Override
  public INDArray preProcess(INDArray input, int miniBatchSize, LayerWorkspaceMgr workspaces) {
    boolean channelsLast = dataFormat == CNN2DFormat.NHWC;
    long[] expected = channelsLast ? new long[] {height, width, channels} : new long[] {channels, height, width};
    if (input.rank() != 4 || !Arrays.equals(expected, Arrays.copyOfRange(input.shape(), 1, 4))) {
      throw new DL4JInvalidInputException("Flatten: expected a batch of %s %s, found shape %s"
          .formatted(dataFormat, Arrays.toString(expected), Arrays.toString(input.shape())));
    }
    INDArray ordered = channelsLast ? input : input.permute(0, 2, 3, 1);
    return workspaces.dup(ArrayType.ACTIVATIONS, ordered, 'c').reshape('c', input.size(0), height * width * channels);
  }

  @Override
  public INDArray backprop(INDArray epsilon, int miniBatchSize, LayerWorkspaceMgr workspaces) {
    INDArray image = epsilon.reshape('c', epsilon.size(0), height, width, channels);
    return workspaces.dup(ArrayType.ACTIVATION_GRAD,
        dataFormat == CNN2DFormat.NHWC ? image : image.permute(0, 3, 1, 2), 'c');
  }

  @Override
  public InputType getOutputType(InputType inputType) {
    if (!(inputType instanceof InputTypeConvolutional input) || input.getHeight() != height
        || input.getWidth() != width || input.getChannels() != channels || input.getFormat() != dataFormat) {
      throw new IllegalStateException("Flatten: expected %dx%d pixels of %d channels, %s, found %s"
          .formatted(height, width, channels, dataFormat, inputType));
    }
    return InputType.feedForward(height * width * channels);
  }

  @Override
  public Pair<INDArray, MaskState> feedForwardMaskArray(INDArray mask, MaskState state, int miniBatchSize) {
    return new Pair<>(mask, state);
  }

  @Override
  public ChannelsLastFlatten clone() {
    return new ChannelsLastFlatten(height, width, channels, dataFormat);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ChannelsLastFlatten that && height == that.height && width == that.width
        && channels == that.channels && dataFormat == that.dataFormat;
  }

  @Override
  public int hashCode() {
    return Objects.hash(height, width, channels, dataFormat);
  }
}
