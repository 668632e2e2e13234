package org.resnet4j.zoo.layer;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.inputs.InputType.InputTypeConvolutional;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.DynamicCustomOp;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Inputs combined element by element; an axis of size 1 counts for all positions, as in a squeeze-and-excitation
 * block's [N, H, W, C] * [N, 1, 1, C]. An input with fewer axes gets axes of size 1 behind the batch's.
 *
 * <p>Of equal inputs the first one gets a maximum's or minimum's gradient.
 */
public class BroadcastMerge extends ArrayVertex {
  private static final long serialVersionUID = 1;

  /** How two arrays become one; from the third on, each is combined with the result. */
  public enum Kind {
    ADD("add"), SUBTRACT("subtract"), MULTIPLY("multiply"), DIVIDE("divide"), AVERAGE("add"), MAXIMUM("maximum"),
    MINIMUM("minimum");

    private final String op;

    Kind(String op) {
      this.op = op;
    }
  }

  private final Kind kind;

  public BroadcastMerge(@JsonProperty("kind") Kind kind) {
    this.kind = kind;
  }

  public Kind kind() {
    return kind;
  }

  @Override
  public int minVertexInputs() {
    return 2;
  }

  @Override
  public int maxVertexInputs() {
    return kind == Kind.SUBTRACT || kind == Kind.DIVIDE ? 2 : Integer.MAX_VALUE;
  }

  @Override
  protected Object settings() {
    return kind;
  }

  @Override
  protected InputType outputType(InputType... inputs) {
    InputType result = inputs[0];
    for (InputType input : inputs) {
      if (result instanceof InputTypeConvolutional a && input instanceof InputTypeConvolutional b) {
        CNN2DFormat format = a.getFormat();
        result = InputType.convolutional(Math.max(a.getHeight(), b.getHeight()), Math.max(a.getWidth(), b.getWidth()),
            Math.max(a.getChannels(), b.getChannels()), format);
      } else if (input instanceof InputTypeConvolutional
          || input.arrayElementsPerExample() > result.arrayElementsPerExample()) {
        result = input instanceof InputTypeConvolutional || !(result instanceof InputTypeConvolutional) ? input : result;
      }
    }
    return result;
  }

  @Override
  protected INDArray forward(INDArray[] inputs) {
    INDArray[] aligned = align(inputs);
    INDArray result = aligned[0];
    for (int i = 1; i < aligned.length; i++) {
      result = run(kind.op, result, aligned[i]);
    }
    return kind == Kind.AVERAGE ? result.div(inputs.length) : result;
  }

  @Override
  protected INDArray[] backward(INDArray[] inputs, INDArray gradient) {
    INDArray[] aligned = align(inputs);
    INDArray[] gradients = new INDArray[inputs.length];
    INDArray extreme = kind == Kind.MAXIMUM || kind == Kind.MINIMUM ? forward(inputs) : null;
    INDArray left = gradient;
    for (int i = 0; i < inputs.length; i++) {
      INDArray own;
      if (extreme != null) {
        INDArray taken = run("equals", aligned[i], extreme).castTo(gradient.dataType());
        own = left.mul(taken);
        left = left.mul(taken.rsub(1));
      } else {
        own = linear(aligned, i, gradient);
      }
      gradients[i] = sumTo(own, aligned[i].shape()).reshape('c', inputs[i].shape());
    }
    return gradients;
  }

  private INDArray linear(INDArray[] inputs, int i, INDArray gradient) {
    return switch (kind) {
      case ADD -> gradient;
      case AVERAGE -> gradient.div(inputs.length);
      case SUBTRACT -> i == 0 ? gradient : gradient.neg();
      case MULTIPLY -> {
        INDArray product = gradient;
        for (int j = 0; j < inputs.length; j++) {
          product = j == i ? product : run("multiply", product, inputs[j]);
        }
        yield product;
      }
      case DIVIDE -> {
        INDArray quotient = run("divide", gradient, inputs[1]);
        yield i == 0 ? quotient : run("multiply", quotient, run("divide", inputs[0], inputs[1])).neg();
      }
      default -> throw new IllegalStateException(kind + " is no linear merge");
    };
  }

  private static INDArray run(String op, INDArray a, INDArray b) {
    return Nd4j.exec(DynamicCustomOp.builder(op).addInputs(a, b).build())[0];
  }

  private static INDArray[] align(INDArray[] inputs) {
    int rank = Arrays.stream(inputs).mapToInt(INDArray::rank).max().orElseThrow();
    return Arrays.stream(inputs).map(input -> {
      long[] shape = new long[rank];
      Arrays.fill(shape, 1);
      shape[0] = input.size(0);
      int missing = rank - input.rank();
      for (int axis = 1; axis < input.rank(); axis++) {
        shape[axis + missing] = input.size(axis);
      }
      return missing == 0 ? input : input.reshape('c', shape);
    }).toArray(INDArray[]::new);
  }

  /** Of the shape given, summed over the axes along which that was repeated. */
  static INDArray sumTo(INDArray array, long[] shape) {
    int[] repeated = IntStream.range(0, shape.length).filter(axis -> shape[axis] != array.size(axis)).toArray();
    return repeated.length == 0 ? array : array.sum(true, repeated);
  }
}
