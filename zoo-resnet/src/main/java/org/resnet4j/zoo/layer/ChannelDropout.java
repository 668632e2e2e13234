package org.resnet4j.zoo.layer;

import java.util.Objects;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.dropout.IDropout;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.random.impl.DropOutInverted;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.shade.jackson.annotation.JsonAutoDetect;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/** Drops whole channels of images in either layout; DL4J's {@code SpatialDropout} takes axis 1 for the channels. */
@JsonAutoDetect(fieldVisibility = JsonAutoDetect.Visibility.ANY, getterVisibility = JsonAutoDetect.Visibility.NONE)
public class ChannelDropout implements IDropout {
  private static final long serialVersionUID = 1;

  private final double retained;
  private final CNN2DFormat format;
  private transient INDArray mask;

  /** @param retained the probability that a channel stays */
  public ChannelDropout(@JsonProperty("retained") double retained, @JsonProperty("format") CNN2DFormat format) {
    this.retained = retained;
    this.format = format;
  }

  /** The probability that a channel stays. */
  public double retained() {
    return retained;
  }

  public CNN2DFormat format() {
    return format;
  }

  @Override
  public INDArray applyDropout(INDArray input, INDArray output, int iteration, int epoch,
      LayerWorkspaceMgr workspaces) {
    boolean last = format == CNN2DFormat.NHWC;
    long[] shape = input.shape().clone();
    for (int axis = 1; axis < shape.length; axis++) {
      shape[axis] = axis == (last ? shape.length - 1 : 1) ? shape[axis] : 1;
    }
    mask = workspaces.createUninitialized(ArrayType.INPUT, output.dataType(), shape, 'c').assign(1);
    Nd4j.getExecutioner().exec(new DropOutInverted(mask, mask, retained));
    return output.assign(input.mul(mask));
  }

  @Override
  public INDArray backprop(INDArray gradAtOutput, INDArray gradAtInput, int iteration, int epoch) {
    gradAtInput.assign(gradAtOutput.mul(mask));
    mask = null;
    return gradAtInput;
  }

  @Override
  public void clear() {
    mask = null;
  }

  @Override
  public ChannelDropout clone() {
    return new ChannelDropout(retained, format);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ChannelDropout that && retained == that.retained && format == that.format;
  }

  @Override
  public int hashCode() {
    return Objects.hash(retained, format);
  }
}
