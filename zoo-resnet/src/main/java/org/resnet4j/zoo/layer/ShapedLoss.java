package org.resnet4j.zoo.layer;

import java.util.Objects;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.LossLayer;

/** A loss on images or vectors as they are: the output has the input's shape, whose sizes are set when it is built. */
abstract class ShapedLoss extends LossLayer {
  private static final long serialVersionUID = 1;

  private CNN2DFormat format;

  ShapedLoss() {}

  ShapedLoss(long channels, CNN2DFormat format) {
    this.format = format;
    setNIn(channels);
    setNOut(channels);
  }

  /** The images' layout; null for vectors. */
  public CNN2DFormat getFormat() {
    return format;
  }

  @Override
  public InputType getOutputType(int layerIndex, InputType inputType) {
    return inputType;
  }

  @Override
  public void setNIn(InputType inputType, boolean override) {}

  /** None: images stay images. */
  @Override
  public InputPreProcessor getPreProcessorForInputType(InputType inputType) {
    return null;
  }

  @Override
  public boolean equals(Object other) {
    return other != null && getClass() == other.getClass() && super.equals(other)
        && format == ((ShapedLoss) other).format;
  }

  @Override
  public int hashCode() {
    return Objects.hash(super.hashCode(), format);
  }

  @Override
  protected boolean canEqual(Object other) {
    return other != null && getClass() == other.getClass();
  }
}
