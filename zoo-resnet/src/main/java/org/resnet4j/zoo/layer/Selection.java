package org.resnet4j.zoo.layer;

import java.util.Arrays;
import java.util.List;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.inputs.InputType.InputTypeConvolutional;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.INDArrayIndex;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/** Positions of one axis in a given order, also repeated ones: channel reversal, a part of the channels. */
public class Selection extends ArrayVertex {
  private static final long serialVersionUID = 1;

  private final int axis;
  private final List<Integer> positions;

  public Selection(@JsonProperty("axis") int axis, @JsonProperty("positions") List<Integer> positions) {
    this.axis = axis;
    this.positions = List.copyOf(positions);
  }

  public int axis() {
    return axis;
  }

  public List<Integer> positions() {
    return positions;
  }

  @Override
  protected Object settings() {
    return List.of(axis, positions);
  }

  @Override
  protected InputType outputType(InputType... inputs) {
    if (!(inputs[0] instanceof InputTypeConvolutional image)) {
      return InputType.feedForward(positions.size());
    }
    long[] sizes = Concatenation.sizes(image);
    sizes[axis - 1] = positions.size();
    return Concatenation.image(sizes, image.getFormat());
  }

  @Override
  protected INDArray forward(INDArray[] inputs) {
    long[] shape = inputs[0].shape().clone();
    shape[axis] = positions.size();
    INDArray result = Nd4j.createUninitialized(inputs[0].dataType(), shape);
    for (int i = 0; i < positions.size(); i++) {
      at(result, i).assign(at(inputs[0], positions.get(i)));
    }
    return result;
  }

  @Override
  protected INDArray[] backward(INDArray[] inputs, INDArray gradient) {
    INDArray result = Nd4j.zeros(gradient.dataType(), inputs[0].shape());
    for (int i = 0; i < positions.size(); i++) {
      at(result, positions.get(i)).addi(at(gradient, i));
    }
    return new INDArray[] {result};
  }

  private INDArray at(INDArray array, int position) {
    INDArrayIndex[] index = new INDArrayIndex[array.rank()];
    Arrays.fill(index, NDArrayIndex.all());
    index[axis] = NDArrayIndex.interval(position, position + 1);
    return array.get(index);
  }
}
