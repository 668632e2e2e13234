package org.resnet4j.zoo.layer;

import java.util.List;
import org.deeplearning4j.exception.DL4JInvalidInputException;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * The same values, in row-major order, with other axes behind the batch's; at most one size is -1 and follows from the
 * others. DL4J's {@code ReshapeVertex} wants the batch's size too.
 *
 * <p>Throws {@link DL4JInvalidInputException} for an array with another number of values.
 */
public class Reshaping extends ArrayVertex {
  private static final long serialVersionUID = 1;

  private final List<Long> shape;
  private final CNN2DFormat format;

  /**
   * @param shape without the batch
   * @param format what three sizes are taken for where DL4J asks for the output's type
   */
  public Reshaping(@JsonProperty("shape") List<Long> shape, @JsonProperty("format") CNN2DFormat format) {
    this.shape = List.copyOf(shape);
    this.format = format;
  }

  /** To [N, all]. */
  public static Reshaping flat() {
    return new Reshaping(List.of(-1L), CNN2DFormat.NHWC);
  }

  public List<Long> shape() {
    return shape;
  }

  @Override
  protected Object settings() {
    return List.of(shape, format);
  }

  @Override
  protected InputType outputType(InputType... inputs) {
    long[] sizes = resolve(inputs[0].arrayElementsPerExample());
    return switch (sizes.length) {
      case 3 -> Concatenation.image(sizes, format);
      case 2 -> InputType.recurrent(sizes[1], sizes[0]);
      default -> InputType.feedForward(sizes[0]);
    };
  }

  @Override
  protected INDArray forward(INDArray[] inputs) {
    INDArray input = inputs[0];
    long[] sizes = resolve(input.length() / input.size(0));
    long[] full = new long[sizes.length + 1];
    full[0] = input.size(0);
    System.arraycopy(sizes, 0, full, 1, sizes.length);
    return input.dup('c').reshape('c', full);
  }

  @Override
  protected INDArray[] backward(INDArray[] inputs, INDArray gradient) {
    return new INDArray[] {gradient.dup('c').reshape('c', inputs[0].shape())};
  }

  private long[] resolve(long values) {
    long known = shape.stream().filter(size -> size >= 0).reduce(1L, (a, b) -> a * b);
    boolean open = shape.contains(-1L);
    if (open ? known == 0 || values % known != 0 : known != values) {
      throw new DL4JInvalidInputException(
          "Reshape: expected an example of %s values, found %d".formatted(shape, values));
    }
    return shape.stream().mapToLong(size -> size < 0 ? values / known : size).toArray();
  }
}
