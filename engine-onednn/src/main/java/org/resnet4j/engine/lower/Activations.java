package org.resnet4j.engine.lower;

import static org.bytedeco.dnnl.global.dnnl.algorithm.eltwise_abs;
import static org.bytedeco.dnnl.global.dnnl.algorithm.eltwise_clip;
import static org.bytedeco.dnnl.global.dnnl.algorithm.eltwise_elu;
import static org.bytedeco.dnnl.global.dnnl.algorithm.eltwise_exp;
import static org.bytedeco.dnnl.global.dnnl.algorithm.eltwise_gelu_erf;
import static org.bytedeco.dnnl.global.dnnl.algorithm.eltwise_gelu_tanh;
import static org.bytedeco.dnnl.global.dnnl.algorithm.eltwise_hardsigmoid;
import static org.bytedeco.dnnl.global.dnnl.algorithm.eltwise_hardswish;
import static org.bytedeco.dnnl.global.dnnl.algorithm.eltwise_logistic;
import static org.bytedeco.dnnl.global.dnnl.algorithm.eltwise_mish;
import static org.bytedeco.dnnl.global.dnnl.algorithm.eltwise_pow;
import static org.bytedeco.dnnl.global.dnnl.algorithm.eltwise_relu;
import static org.bytedeco.dnnl.global.dnnl.algorithm.eltwise_soft_relu;
import static org.bytedeco.dnnl.global.dnnl.algorithm.eltwise_swish;
import static org.bytedeco.dnnl.global.dnnl.algorithm.eltwise_tanh;

import java.util.List;
import java.util.Map;
import org.bytedeco.dnnl.global.dnnl.algorithm;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationCube;
import org.nd4j.linalg.activations.impl.ActivationELU;
import org.nd4j.linalg.activations.impl.ActivationGELU;
import org.nd4j.linalg.activations.impl.ActivationHardSigmoid;
import org.nd4j.linalg.activations.impl.ActivationHardTanH;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.activations.impl.ActivationLReLU;
import org.nd4j.linalg.activations.impl.ActivationMish;
import org.nd4j.linalg.activations.impl.ActivationRReLU;
import org.nd4j.linalg.activations.impl.ActivationRationalTanh;
import org.nd4j.linalg.activations.impl.ActivationReLU;
import org.nd4j.linalg.activations.impl.ActivationReLU6;
import org.nd4j.linalg.activations.impl.ActivationRectifiedTanh;
import org.nd4j.linalg.activations.impl.ActivationSELU;
import org.nd4j.linalg.activations.impl.ActivationSigmoid;
import org.nd4j.linalg.activations.impl.ActivationSoftPlus;
import org.nd4j.linalg.activations.impl.ActivationSoftSign;
import org.nd4j.linalg.activations.impl.ActivationSoftmax;
import org.nd4j.linalg.activations.impl.ActivationSwish;
import org.nd4j.linalg.activations.impl.ActivationTanH;
import org.nd4j.linalg.activations.impl.ActivationThresholdedReLU;
import org.resnet4j.engine.node.Combination.Kind;
import org.resnet4j.engine.node.Eltwise;
import org.resnet4j.engine.node.Softmax;
import org.resnet4j.zoo.layer.AxisSoftmax;
import org.resnet4j.zoo.layer.ElementActivation;

/** Activations as functions of elements where oneDNN has them, else as several nodes. */
final class Activations {
  private static final double SELU_ALPHA = 1.6732632423543772;
  private static final double SELU_SCALE = 1.0507009873554805;
  private static final double GELU_CUBE = 0.044715;
  /** DL4J's GELU is x * sigmoid(1.702 * x). */
  private static final double GELU_SIGMOID = 1.702;
  private static final double RATIONAL_SCALE = 1.7159;
  private static final double RATIONAL_FOURTH = 1.41645;
  private static final List<Eltwise> SELU =
      List.of(function(eltwise_elu, SELU_ALPHA, 0), Eltwise.linear(SELU_SCALE, 0));

  /** Those of DL4J's that have no settings and are one or more of oneDNN's. */
  private static final Map<Class<?>, List<Eltwise>> PLAIN = Map.ofEntries(
      Map.entry(ActivationSigmoid.class, List.of(function(eltwise_logistic, 0, 0))),
      Map.entry(ActivationTanH.class, List.of(function(eltwise_tanh, 0, 0))),
      Map.entry(ActivationHardTanH.class, List.of(function(eltwise_clip, -1, 1))),
      Map.entry(ActivationHardSigmoid.class, List.of(function(eltwise_hardsigmoid, 0.2, 0.5))),
      Map.entry(ActivationReLU6.class, List.of(function(eltwise_clip, 0, 6))),
      Map.entry(ActivationSELU.class, SELU),
      Map.entry(ActivationSoftPlus.class, List.of(function(eltwise_soft_relu, 1, 0))),
      Map.entry(ActivationSwish.class, List.of(function(eltwise_swish, 1, 0))),
      Map.entry(ActivationMish.class, List.of(function(eltwise_mish, 0, 0))),
      Map.entry(ActivationCube.class, List.of(function(eltwise_pow, 1, 3))),
      Map.entry(ActivationRectifiedTanh.class, List.of(function(eltwise_tanh, 0, 0), Eltwise.RELU)));

  private final Site site;
  private final Signal x;

  private Activations(Site site, Signal x) {
    this.site = site;
    this.x = x;
  }

  /**
   * @param softmax DL4J's axis along which its softmax runs, counted from behind where negative
   * @throws Unsupported for any other activation
   */
  static Signal apply(Site site, IActivation activation, Signal x, int softmax) {
    return activation instanceof ActivationIdentity ? x : new Activations(site, x).of(activation, softmax);
  }

  private Signal of(IActivation activation, int softmax) {
    Class<?> type = activation.getClass();
    if (PLAIN.containsKey(type)) {
      return chain(PLAIN.get(type));
    } else if (type == ActivationReLU.class) {
      return relu((ActivationReLU) activation);
    } else if (type == ActivationLReLU.class) {
      return chain(List.of(function(eltwise_relu, ((ActivationLReLU) activation).getAlpha(), 0)));
    } else if (type == ActivationRReLU.class) {
      if (site.trains()) {
        throw site.unsupported("activation RReLU, whose slopes are random in training");
      }
      // In inference DL4J takes the slopes' mean for the least output.
      ActivationRReLU relu = (ActivationRReLU) activation;
      return chain(List.of(function(eltwise_clip, 0.5 * (relu.getL() + relu.getU()), Float.MAX_VALUE)));
    } else if (type == ActivationThresholdedReLU.class) {
      return stepped(Kind.GREATER, x, 0, ((ActivationThresholdedReLU) activation).getTheta());
    } else if (type == ActivationELU.class) {
      double alpha = ((ActivationELU) activation).getAlpha();
      if (site.trains() && alpha != 1) {
        throw site.unsupported("activation ELU with alpha " + alpha + ", which DL4J's gradient takes for 1");
      }
      return chain(List.of(function(eltwise_elu, alpha, 0)));
    } else if (type == ActivationGELU.class) {
      return ((ActivationGELU) activation).isPrecise() ? preciseGelu()
          : chain(List.of(function(eltwise_swish, GELU_SIGMOID, 0)));
    } else if (type == ActivationRationalTanh.class) {
      return rationalTanh();
    } else if (type == ActivationSoftSign.class) {
      return softsign();
    } else if (type == ActivationSoftmax.class) {
      return softmax(softmax, false);
    } else if (activation instanceof AxisSoftmax along) {
      return softmax(along.axis(), along.logarithm());
    } else if (activation instanceof ElementActivation element) {
      return element(element);
    }
    throw site.unsupported("activation " + type.getSimpleName());
  }

  private static double or(Double value, double standard) {
    return value == null ? standard : value;
  }

  private static Eltwise function(algorithm algorithm, double alpha, double beta) {
    return new Eltwise(algorithm, (float) alpha, (float) beta);
  }

  private Signal chain(List<Eltwise> functions) {
    return site.elementwise(x, functions.toArray(Eltwise[]::new));
  }

  private Signal softmax(int axis, boolean logarithm) {
    return x.with(site.add(output -> new Softmax(x.value(), output, x.axis(axis), logarithm)));
  }

  private Signal element(ElementActivation activation) {
    return switch (activation.function()) {
      case RELU -> relu(activation.a(), activation.b(), activation.c());
      case ELU -> chain(List.of(function(eltwise_elu, activation.a(), 0)));
      case SELU -> chain(SELU);
      case HARD_SIGMOID -> chain(List.of(function(eltwise_hardsigmoid, activation.a(), activation.b())));
      case HARD_SWISH -> chain(List.of(function(eltwise_hardswish, 1. / 6, 0.5)));
      case GELU -> chain(List.of(function(eltwise_gelu_erf, 0, 0)));
      case GELU_TANH -> chain(List.of(function(eltwise_gelu_tanh, 0, 0)));
      case SWISH -> chain(List.of(function(eltwise_swish, 1, 0)));
      case MISH -> chain(List.of(function(eltwise_mish, 0, 0)));
      case SOFTPLUS -> chain(List.of(function(eltwise_soft_relu, 1, 0)));
      case LOG_SIGMOID -> chain(List.of(function(eltwise_soft_relu, -1, 0)));
      case SOFTSIGN -> softsign();
      case EXPONENTIAL -> chain(List.of(function(eltwise_exp, 0, 0)));
      case TANH_SHRINK -> combined(Kind.SUBTRACT, x, chain(List.of(function(eltwise_tanh, 0, 0))));
    };
  }

  private Signal softsign() {
    return combined(Kind.DIVIDE, x, chain(List.of(function(eltwise_abs, 0, 0), Eltwise.linear(1, 1))));
  }

  private Signal combined(Kind kind, Signal left, Signal right) {
    return site.combined(kind, left, right);
  }

  /** x * sigmoid(2 * sqrt(2 / pi) * (x + (0.044715 * x)^3)): DL4J cubes the factor, too. */
  private Signal preciseGelu() {
    double factor = 2 * Math.sqrt(2 / Math.PI);
    Signal cube = chain(List.of(function(eltwise_pow, factor * Math.pow(GELU_CUBE, 3), 3)));
    Signal sum = combined(Kind.ADD, cube, chain(List.of(Eltwise.linear(factor, 0))));
    return combined(Kind.MULTIPLY, site.elementwise(sum, function(eltwise_logistic, 0, 0)), x);
  }

  /**
   * ND4J's approximation of 1.7159 * tanh(t) with t = 2/3 * x: the sign of t times 1 - 1 / (1 + |t| + t^2 + c * t^4),
   * which is t / (1 / (1 + |t| + c * |t|^3) + |t|).
   */
  private Signal rationalTanh() {
    Signal t = chain(List.of(Eltwise.linear(2. / 3, 0)));
    Signal size = site.elementwise(t, function(eltwise_abs, 0, 0));
    Signal sum = combined(Kind.ADD, site.elementwise(size, function(eltwise_pow, RATIONAL_FOURTH, 3)), size);
    Signal inverse = site.elementwise(sum, Eltwise.linear(1, 1), function(eltwise_pow, 1, -1));
    return site.elementwise(combined(Kind.DIVIDE, t, combined(Kind.ADD, inverse, size)),
        Eltwise.linear(RATIONAL_SCALE, 0));
  }

  /**
   * DL4J's: x from the threshold on, slope * (x - threshold) below, and of that no more than max.
   */
  private Signal relu(ActivationReLU relu) {
    double max = or(relu.getMax(), Float.MAX_VALUE);
    double slope = or(relu.getNegativeSlope(), 0);
    double threshold = or(relu.getThreshold(), 0);
    Eltwise bound = function(eltwise_clip, -Float.MAX_VALUE, max);
    if (threshold == 0) {
      Eltwise bent = function(eltwise_relu, slope, 0);
      return chain(relu.getMax() == null ? List.of(bent) : List.of(bent, bound));
    }
    Signal stepped = stepped(Kind.AT_LEAST, x, slope, threshold);
    return relu.getMax() == null ? stepped : site.elementwise(stepped, bound);
  }

  /** Keras': min(x, max) above the threshold, slope * (x - threshold) below. */
  private Signal relu(double max, double slope, double threshold) {
    boolean bounded = max < Double.MAX_VALUE;
    Eltwise bound = function(eltwise_clip, -Float.MAX_VALUE, max);
    if (threshold == 0 && (!bounded || slope >= 0 && max >= 0)) {
      Eltwise bent = function(eltwise_relu, slope, 0);
      return chain(bounded ? List.of(bent, bound) : List.of(bent));
    }
    return stepped(Kind.GREATER, bounded ? chain(List.of(bound)) : x, slope, threshold);
  }

  /** Another function of x where x is beyond the threshold, slope * (x - threshold) elsewhere. */
  private Signal stepped(Kind beyond, Signal high, double slope, double threshold) {
    Signal bound = site.constant("threshold", x, List.of(), () -> new float[] {(float) threshold});
    Signal mask = combined(beyond, x, bound);
    if (slope == 0) {
      return combined(Kind.MULTIPLY, high, mask);
    }
    Signal low = chain(List.of(Eltwise.linear(slope, -slope * threshold)));
    return combined(Kind.ADD, combined(Kind.MULTIPLY, combined(Kind.SUBTRACT, high, low), mask), low);
  }
}
