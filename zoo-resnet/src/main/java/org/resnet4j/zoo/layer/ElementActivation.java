package org.resnet4j.zoo.layer;

import static org.nd4j.linalg.ops.transforms.Transforms.abs;
import static org.nd4j.linalg.ops.transforms.Transforms.exp;
import static org.nd4j.linalg.ops.transforms.Transforms.log;
import static org.nd4j.linalg.ops.transforms.Transforms.max;
import static org.nd4j.linalg.ops.transforms.Transforms.min;
import static org.nd4j.linalg.ops.transforms.Transforms.sigmoid;
import static org.nd4j.linalg.ops.transforms.Transforms.tanh;

import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.activations.BaseActivationFunction;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.impl.transforms.strict.Erf;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Activations as Keras defines them, for arrays of any rank and layout, with their exact derivatives; DL4J's own differ
 * from Keras' (hard sigmoid, GELU, thresholds) or overflow.
 *
 * <p>Of the parameters a, b and c each function uses those that its constant names.
 */
public class ElementActivation extends BaseActivationFunction {
  private static final long serialVersionUID = 1;
  private static final double SELU_ALPHA = 1.6732632423543772;
  private static final double SELU_SCALE = 1.0507009873554805;
  private static final double GELU_CUBE = 0.044715;

  /** What is computed from an element x. */
  public enum Function {
    /** min(x, a) above c, b * (x - c) below. */
    RELU,
    /** x above 0, a * (e^x - 1) below. */
    ELU,
    SELU,
    /** clip(a * x + b, 0, 1). */
    HARD_SIGMOID,
    /** x * clip(x / 6 + 0.5, 0, 1). */
    HARD_SWISH,
    /** x times the normal distribution at x. */
    GELU,
    /** The same, approximated with tanh. */
    GELU_TANH,
    /** x * sigmoid(x). */
    SWISH,
    /** x * tanh(softplus(x)). */
    MISH,
    /** log(1 + e^x). */
    SOFTPLUS,
    /** -log(1 + e^-x). */
    LOG_SIGMOID,
    /** x / (1 + |x|). */
    SOFTSIGN,
    EXPONENTIAL,
    /** x - tanh(x). */
    TANH_SHRINK
  }

  private Function function;
  private double a;
  private double b;
  private double c;

  public ElementActivation(@JsonProperty("function") Function function, @JsonProperty("a") double a,
      @JsonProperty("b") double b, @JsonProperty("c") double c) {
    this.function = function;
    this.a = a;
    this.b = b;
    this.c = c;
  }

  /** A function without parameters. */
  public ElementActivation(Function function) {
    this(function, 0, 0, 0);
  }

  public Function function() {
    return function;
  }

  public double a() {
    return a;
  }

  public double b() {
    return b;
  }

  public double c() {
    return c;
  }

  @Override
  public INDArray getActivation(INDArray in, boolean training) {
    return in.assign(value(in));
  }

  @Override
  public Pair<INDArray, INDArray> backprop(INDArray in, INDArray epsilon) {
    assertShape(in, epsilon);
    return new Pair<>(in.assign(derivative(in).mul(epsilon)), null);
  }

  private INDArray value(INDArray x) {
    return switch (function) {
      case RELU -> {
        INDArray above = above(x, c);
        INDArray high = a < Double.MAX_VALUE ? min(x, a, true) : x;
        INDArray result = high.mul(above);
        yield b == 0 ? result : result.addi(x.sub(c).muli(b).muli(above.rsub(1)));
      }
      case ELU -> elu(x, a);
      case SELU -> elu(x, SELU_ALPHA).muli(SELU_SCALE);
      case HARD_SIGMOID -> hardSigmoid(x, a, b);
      case HARD_SWISH -> hardSigmoid(x, 1. / 6, 0.5).muli(x);
      case GELU -> normal(x).muli(x);
      case GELU_TANH -> tanh(geluTangent(x), false).addi(1).muli(x).muli(0.5);
      case SWISH -> sigmoid(x, true).muli(x);
      case MISH -> tanh(softplus(x), false).muli(x);
      case SOFTPLUS -> softplus(x);
      case LOG_SIGMOID -> softplus(x.neg()).negi();
      case SOFTSIGN -> x.div(abs(x, true).addi(1));
      case EXPONENTIAL -> exp(x, true);
      case TANH_SHRINK -> x.sub(tanh(x, true));
    };
  }

  private INDArray derivative(INDArray x) {
    return switch (function) {
      case RELU -> {
        INDArray above = above(x, c);
        INDArray slope = a < Double.MAX_VALUE ? above.mul(above(x, a).rsubi(1)) : above;
        yield b == 0 ? slope : slope.add(above.rsub(1).muli(b));
      }
      case ELU -> eluSlope(x, a);
      case SELU -> eluSlope(x, SELU_ALPHA).muli(SELU_SCALE);
      case HARD_SIGMOID -> hardSlope(x, a, b);
      case HARD_SWISH -> hardSigmoid(x, 1. / 6, 0.5).addi(hardSlope(x, 1. / 6, 0.5).muli(x));
      case GELU -> normal(x).addi(
          exp(x.mul(x).muli(-0.5), false).muli(1 / Math.sqrt(2 * Math.PI)).muli(x));
      case GELU_TANH -> {
        INDArray t = tanh(geluTangent(x), false);
        INDArray slope = x.mul(x).muli(3 * GELU_CUBE).addi(1).muli(Math.sqrt(2 / Math.PI));
        yield slope.muli(x).muli(t.mul(t).rsubi(1)).addi(t).addi(1).muli(0.5);
      }
      case SWISH -> {
        INDArray s = sigmoid(x, true);
        yield s.rsub(1).muli(x).addi(1).muli(s);
      }
      case MISH -> {
        INDArray t = tanh(softplus(x), false);
        yield t.mul(t).rsubi(1).muli(sigmoid(x, true)).muli(x).addi(t);
      }
      case SOFTPLUS -> sigmoid(x, true);
      case LOG_SIGMOID -> sigmoid(x.neg(), false);
      case SOFTSIGN -> {
        INDArray root = abs(x, true).addi(1).rdivi(1);
        yield root.muli(root);
      }
      case EXPONENTIAL -> exp(x, true);
      case TANH_SHRINK -> {
        INDArray t = tanh(x, true);
        yield t.muli(t);
      }
    };
  }

  /** 1 where x > bound, else 0. */
  private static INDArray above(INDArray x, double bound) {
    return x.gt(bound).castTo(x.dataType());
  }

  private static INDArray elu(INDArray x, double alpha) {
    return max(x, 0, true).addi(exp(min(x, 0, true), false).subi(1).muli(alpha));
  }

  private static INDArray eluSlope(INDArray x, double alpha) {
    INDArray above = above(x, 0);
    return exp(min(x, 0, true), false).muli(alpha).muli(above.rsub(1)).addi(above);
  }

  private static INDArray hardSigmoid(INDArray x, double slope, double offset) {
    return max(min(x.mul(slope).addi(offset), 1, false), 0, false);
  }

  private static INDArray hardSlope(INDArray x, double slope, double offset) {
    INDArray line = x.mul(slope).addi(offset);
    return above(line, 0).muli(above(line, 1).rsubi(1)).muli(slope);
  }

  private static INDArray normal(INDArray x) {
    INDArray scaled = x.div(Math.sqrt(2));
    return Nd4j.exec(new Erf(scaled)).addi(1).muli(0.5);
  }

  private static INDArray geluTangent(INDArray x) {
    return x.mul(x).muli(GELU_CUBE).addi(1).muli(x).muli(Math.sqrt(2 / Math.PI));
  }

  /** max(x, 0) + log(1 + e^-|x|), which doesn't overflow. */
  private static INDArray softplus(INDArray x) {
    return log(exp(abs(x, true).negi(), false).addi(1), false).addi(max(x, 0, true));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ElementActivation that && function == that.function && a == that.a && b == that.b
        && c == that.c;
  }

  @Override
  public int hashCode() {
    return java.util.Objects.hash(function, a, b, c);
  }

  @Override
  public String toString() {
    return "%s(%s, %s, %s)".formatted(function, a, b, c);
  }
}
