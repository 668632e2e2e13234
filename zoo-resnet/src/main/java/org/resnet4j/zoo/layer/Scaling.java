package org.resnet4j.zoo.layer;

import java.util.List;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.DynamicCustomOp;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * x * scale + offset with constants: rescaling, normalisation of the input, arithmetic in a model. A constant's shape
 * is aligned with the input's last axes; an axis of size 1 counts for all positions. The output has the input's shape.
 */
public class Scaling extends ArrayVertex {
  private static final long serialVersionUID = 1;

  /** @param shape empty for one number */
  public record Constant(@JsonProperty("values") List<Double> values, @JsonProperty("shape") List<Long> shape) {
    public Constant {
      values = List.copyOf(values);
      shape = List.copyOf(shape);
    }

    public static Constant of(double value) {
      return new Constant(List.of(value), List.of());
    }

    INDArray array(int rank, DataType type) {
      long[] full = new long[rank];
      java.util.Arrays.fill(full, 1);
      for (int i = 0; i < shape.size(); i++) {
        full[rank - shape.size() + i] = shape.get(i);
      }
      return Nd4j.createFromArray(values.stream().mapToDouble(Double::doubleValue).toArray()).reshape(full)
          .castTo(type);
    }
  }

  private final Constant scale;
  private final Constant offset;

  public Scaling(@JsonProperty("scale") Constant scale, @JsonProperty("offset") Constant offset) {
    this.scale = scale;
    this.offset = offset;
  }

  public Constant scale() {
    return scale;
  }

  public Constant offset() {
    return offset;
  }

  @Override
  protected Object settings() {
    return List.of(scale, offset);
  }

  @Override
  protected InputType outputType(InputType... inputs) {
    return inputs[0];
  }

  @Override
  protected INDArray forward(INDArray[] inputs) {
    INDArray x = inputs[0];
    return run("add", run("multiply", x, scale.array(x.rank(), x.dataType())), offset.array(x.rank(), x.dataType()));
  }

  @Override
  protected INDArray[] backward(INDArray[] inputs, INDArray gradient) {
    return new INDArray[] {run("multiply", gradient, scale.array(gradient.rank(), gradient.dataType()))};
  }

  private static INDArray run(String op, INDArray a, INDArray b) {
    return Nd4j.exec(DynamicCustomOp.builder(op).addInputs(a, b).build())[0];
  }
}
