package org.resnet4j.zoo.layer;

import java.util.List;
import org.deeplearning4j.exception.DL4JInvalidInputException;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.inputs.InputType.InputTypeConvolutional;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.INDArrayIndex;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Images with pixels of zeros added at their borders (a positive number) or pixels cut off (a negative one).
 *
 * <p>Throws {@link DL4JInvalidInputException} where nothing would be left.
 */
public class Borders extends ArrayVertex {
  private static final long serialVersionUID = 1;

  private final int top;
  private final int bottom;
  private final int left;
  private final int right;
  private final CNN2DFormat format;

  public Borders(@JsonProperty("top") int top, @JsonProperty("bottom") int bottom, @JsonProperty("left") int left,
      @JsonProperty("right") int right, @JsonProperty("format") CNN2DFormat format) {
    this.top = top;
    this.bottom = bottom;
    this.left = left;
    this.right = right;
    this.format = format;
  }

  public int top() {
    return top;
  }

  public int bottom() {
    return bottom;
  }

  public int left() {
    return left;
  }

  public int right() {
    return right;
  }

  public CNN2DFormat format() {
    return format;
  }

  @Override
  protected Object settings() {
    return List.of(top, bottom, left, right, format);
  }

  @Override
  protected InputType outputType(InputType... inputs) {
    InputTypeConvolutional image = image(inputs[0]);
    return InputType.convolutional(image.getHeight() + top + bottom, image.getWidth() + left + right,
        image.getChannels(), format);
  }

  @Override
  protected INDArray forward(INDArray[] inputs) {
    return moved(inputs[0], top, bottom, left, right);
  }

  @Override
  protected INDArray[] backward(INDArray[] inputs, INDArray gradient) {
    return new INDArray[] {moved(gradient, -top, -bottom, -left, -right)};
  }

  private INDArray moved(INDArray array, int top, int bottom, int left, int right) {
    int rows = format == CNN2DFormat.NHWC ? 1 : 2;
    INDArrayIndex[] kept = {NDArrayIndex.all(), NDArrayIndex.all(), NDArrayIndex.all(), NDArrayIndex.all()};
    INDArrayIndex[] placed = kept.clone();
    long[] shape = array.shape().clone();
    cut(shape, rows, top, bottom, kept, placed);
    cut(shape, rows + 1, left, right, kept, placed);
    INDArray result = Nd4j.zeros(array.dataType(), shape);
    result.get(placed).assign(array.get(kept));
    return result;
  }

  private static void cut(long[] shape, int axis, int before, int after, INDArrayIndex[] kept, INDArrayIndex[] placed) {
    long size = shape[axis];
    long count = size + Math.min(before, 0) + Math.min(after, 0);
    if (count < 1) {
      throw new DL4JInvalidInputException(
          "Crop: expected more than %d pixels along axis %d, found %d".formatted(size - count, axis, size));
    }
    long from = Math.max(-before, 0);
    long to = Math.max(before, 0);
    kept[axis] = NDArrayIndex.interval(from, from + count);
    placed[axis] = NDArrayIndex.interval(to, to + count);
    shape[axis] = size + before + after;
  }
}
