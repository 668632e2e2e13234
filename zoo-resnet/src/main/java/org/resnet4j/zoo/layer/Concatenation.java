package org.resnet4j.zoo.layer;

import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.inputs.InputType.InputTypeConvolutional;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.INDArrayIndex;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/** Inputs behind each other along an axis; the batch is axis 0. DL4J's {@code MergeVertex} guesses the axis. */
public class Concatenation extends ArrayVertex {
  private static final long serialVersionUID = 1;

  private final int axis;

  public Concatenation(@JsonProperty("axis") int axis) {
    this.axis = axis;
  }

  public int axis() {
    return axis;
  }

  @Override
  public int maxVertexInputs() {
    return Integer.MAX_VALUE;
  }

  @Override
  protected Object settings() {
    return axis;
  }

  @Override
  protected InputType outputType(InputType... inputs) {
    if (!(inputs[0] instanceof InputTypeConvolutional)) {
      long size = 0;
      for (InputType input : inputs) {
        size += input.arrayElementsPerExample();
      }
      return InputType.feedForward(size);
    }
    long[] sizes = sizes(image(inputs[0]));
    for (int i = 1; i < inputs.length; i++) {
      sizes[axis - 1] += sizes(image(inputs[i]))[axis - 1];
    }
    return image(sizes, image(inputs[0]).getFormat());
  }

  @Override
  protected INDArray forward(INDArray[] inputs) {
    return Nd4j.concat(axis, inputs);
  }

  @Override
  protected INDArray[] backward(INDArray[] inputs, INDArray gradient) {
    INDArray[] gradients = new INDArray[inputs.length];
    long from = 0;
    for (int i = 0; i < inputs.length; i++) {
      INDArrayIndex[] part = new INDArrayIndex[gradient.rank()];
      java.util.Arrays.fill(part, NDArrayIndex.all());
      part[axis] = NDArrayIndex.interval(from, from + inputs[i].size(axis));
      gradients[i] = gradient.get(part).reshape('c', inputs[i].shape());
      from += inputs[i].size(axis);
    }
    return gradients;
  }

  /** An image's sizes in its layout's order, without the batch. */
  static long[] sizes(InputTypeConvolutional image) {
    return image.getFormat() == CNN2DFormat.NHWC
        ? new long[] {image.getHeight(), image.getWidth(), image.getChannels()}
        : new long[] {image.getChannels(), image.getHeight(), image.getWidth()};
  }

  static InputType image(long[] sizes, CNN2DFormat format) {
    return format == CNN2DFormat.NHWC
        ? InputType.convolutional(sizes[0], sizes[1], sizes[2], format)
        : InputType.convolutional(sizes[1], sizes[2], sizes[0], format);
  }
}
