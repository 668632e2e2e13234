package org.resnet4j.zoo.layer;

import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.activations.BaseActivationFunction;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/** Softmax, or its logarithm, along any axis, counted from behind if negative; DL4J's own always takes the last. */
public class AxisSoftmax extends BaseActivationFunction {
  private static final long serialVersionUID = 1;

  private int axis;
  private boolean logarithm;

  public AxisSoftmax(@JsonProperty("axis") int axis, @JsonProperty("logarithm") boolean logarithm) {
    this.axis = axis;
    this.logarithm = logarithm;
  }

  public int axis() {
    return axis;
  }

  /** Whether it is the softmax's logarithm. */
  public boolean logarithm() {
    return logarithm;
  }

  @Override
  public INDArray getActivation(INDArray in, boolean training) {
    return in.assign(logarithm ? logSoftmax(in) : Transforms.exp(logSoftmax(in), false));
  }

  @Override
  public Pair<INDArray, INDArray> backprop(INDArray in, INDArray epsilon) {
    assertShape(in, epsilon);
    INDArray softmax = Transforms.exp(logSoftmax(in), false);
    INDArray gradient = logarithm
        ? epsilon.sub(softmax.mul(epsilon.sum(true, axis)))
        : softmax.mul(epsilon.sub(softmax.mul(epsilon).sum(true, axis)));
    return new Pair<>(in.assign(gradient), null);
  }

  private INDArray logSoftmax(INDArray x) {
    INDArray shifted = x.sub(x.max(true, axis));
    return shifted.sub(Transforms.log(Transforms.exp(shifted, true).sum(true, axis), false));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof AxisSoftmax that && axis == that.axis && logarithm == that.logarithm;
  }

  @Override
  public int hashCode() {
    return 2 * axis + (logarithm ? 1 : 0);
  }

  @Override
  public String toString() {
    return (logarithm ? "LogSoftmax(" : "Softmax(") + axis + ")";
  }
}
