package org.resnet4j.zoo.layer;

import java.util.List;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.inputs.InputType.InputTypeConvolutional;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/** Axes in another order: output axis i + 1 is input axis {@code axes[i]}, counted from 1, the batch's being 0. */
public class Permutation extends ArrayVertex {
  private static final long serialVersionUID = 1;

  private final List<Integer> axes;

  public Permutation(@JsonProperty("axes") List<Integer> axes) {
    this.axes = List.copyOf(axes);
  }

  /** From one layout of images to the other. */
  public static Permutation to(CNN2DFormat format) {
    return new Permutation(format == CNN2DFormat.NHWC ? List.of(2, 3, 1) : List.of(3, 1, 2));
  }

  public List<Integer> axes() {
    return axes;
  }

  @Override
  protected Object settings() {
    return axes;
  }

  @Override
  protected InputType outputType(InputType... inputs) {
    if (!(inputs[0] instanceof InputTypeConvolutional image)) {
      return inputs[0];
    }
    long[] sizes = Concatenation.sizes(image);
    long[] permuted = new long[sizes.length];
    for (int i = 0; i < sizes.length; i++) {
      permuted[i] = sizes[axes.get(i) - 1];
    }
    // A change of layout keeps the image what it is; any other order is taken for an image of the same layout.
    CNN2DFormat other = image.getFormat() == CNN2DFormat.NHWC ? CNN2DFormat.NCHW : CNN2DFormat.NHWC;
    return Concatenation.image(permuted, equals(to(other)) ? other : image.getFormat());
  }

  @Override
  protected INDArray forward(INDArray[] inputs) {
    int[] order = new int[axes.size() + 1];
    for (int i = 0; i < axes.size(); i++) {
      order[i + 1] = axes.get(i);
    }
    return inputs[0].permute(order);
  }

  @Override
  protected INDArray[] backward(INDArray[] inputs, INDArray gradient) {
    int[] back = new int[axes.size() + 1];
    for (int i = 0; i < axes.size(); i++) {
      back[axes.get(i)] = i + 1;
    }
    return new INDArray[] {gradient.permute(back)};
  }
}
