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
import static org.bytedeco.dnnl.global.dnnl.algorithm.eltwise_relu;
import static org.bytedeco.dnnl.global.dnnl.algorithm.eltwise_soft_relu;
import static org.bytedeco.dnnl.global.dnnl.algorithm.eltwise_swish;
import static org.bytedeco.dnnl.global.dnnl.algorithm.eltwise_tanh;

import java.util.List;
import java.util.Map;
import org.bytedeco.dnnl.global.dnnl.algorithm;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationELU;
import org.nd4j.linalg.activations.impl.ActivationGELU;
import org.nd4j.linalg.activations.impl.ActivationHardSigmoid;
import org.nd4j.linalg.activations.impl.ActivationHardTanH;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.activations.impl.ActivationLReLU;
import org.nd4j.linalg.activations.impl.ActivationMish;
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
import org.resnet4j.engine.node.Combination;
import org.resnet4j.engine.node.Eltwise;
import org.resnet4j.engine.node.Softmax;
import org.resnet4j.engine.plan.Value;
import org.resnet4j.zoo.layer.AxisSoftmax;
import org.resnet4j.zoo.layer.ElementActivation;

/** Activations as functions of elements where oneDNN has them, else as several nodes. */
final class Activations {
  private static final double SELU_ALPHA = 1.6732632423543772;
  private static final double SELU_SCALE = 1.0507009873554805;
  /** Of the sigmoid that DL4J's GELU has in place of the normal distribution. */
  private static final double GELU_SLOPE = 1.702;
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
      Map.entry(ActivationRectifiedTanh.class, List.of(function(eltwise_tanh, 0, 0), Eltwise.RELU)));

  private final Site site;
  private final Signal x;

  private Activations(Site site, Signal x) {
    this.site = site;
    this.x = x;
  }

  /**
   * @param softmax DL4J's axis along which its softmax runs
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
      ActivationReLU relu = (ActivationReLU) activation;
      return relu(or(relu.getMax(), Double.MAX_VALUE), or(relu.getNegativeSlope(), 0), or(relu.getThreshold(), 0));
    } else if (type == ActivationLReLU.class) {
      return relu(Double.MAX_VALUE, ((ActivationLReLU) activation).getAlpha(), 0);
    } else if (type == ActivationELU.class) {
      return chain(List.of(function(eltwise_elu, ((ActivationELU) activation).getAlpha(), 0)));
    } else if (type == ActivationGELU.class) {
      if (((ActivationGELU) activation).isPrecise()) {
        // DL4J's cubes 0.044715 together with x.
        throw site.unsupported("activation GELU, precise");
      }
      return chain(List.of(function(eltwise_swish, GELU_SLOPE, 0)));
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
      case TANH_SHRINK -> combined(Combination.Kind.SUBTRACT, x, chain(List.of(function(eltwise_tanh, 0, 0))));
    };
  }

  private Signal softsign() {
    return combined(Combination.Kind.DIVIDE, x, chain(List.of(function(eltwise_abs, 0, 0), Eltwise.linear(1, 1))));
  }

  private Signal combined(Combination.Kind kind, Signal left, Signal right) {
    Value result = site.add(output -> new Combination(kind, left.value(), right.value(), output, List.of()));
    return left.with(result);
  }

  /** min(x, max) above the threshold, slope * (x - threshold) below. */
  private Signal relu(double max, double slope, double threshold) {
    boolean bounded = max < Double.MAX_VALUE;
    if (threshold == 0 && slope == 0) {
      return chain(List.of(bounded ? function(eltwise_clip, 0, max) : Eltwise.RELU));
    } else if (threshold == 0 && !bounded) {
      return chain(List.of(function(eltwise_relu, slope, 0)));
    }
    throw site.unsupported("activation RELU(%s, %s, %s)".formatted(max, slope, threshold));
  }
}
