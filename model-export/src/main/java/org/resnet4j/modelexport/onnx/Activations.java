package org.resnet4j.modelexport.onnx;

import java.util.Map;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationELU;
import org.nd4j.linalg.activations.impl.ActivationHardSigmoid;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.activations.impl.ActivationLReLU;
import org.nd4j.linalg.activations.impl.ActivationReLU;
import org.nd4j.linalg.activations.impl.ActivationReLU6;
import org.nd4j.linalg.activations.impl.ActivationSELU;
import org.nd4j.linalg.activations.impl.ActivationSigmoid;
import org.nd4j.linalg.activations.impl.ActivationSoftPlus;
import org.nd4j.linalg.activations.impl.ActivationSoftSign;
import org.nd4j.linalg.activations.impl.ActivationSoftmax;
import org.nd4j.linalg.activations.impl.ActivationSwish;
import org.nd4j.linalg.activations.impl.ActivationTanH;
import org.resnet4j.zoo.layer.AxisSoftmax;
import org.resnet4j.zoo.layer.ElementActivation;

/** Activations as nodes. */
final class Activations {
  private static final double GELU_CUBE = 0.044715;

  /** DL4J's that one node without attributes computes. */
  private static final Map<Class<? extends IActivation>, String> PLAIN = Map.of(
      ActivationSigmoid.class, "Sigmoid", ActivationTanH.class, "Tanh", ActivationSoftPlus.class, "Softplus",
      ActivationSoftSign.class, "Softsign", ActivationSELU.class, "Selu");

  private final Site site;
  private final Draft draft;
  private final Value x;

  private Activations(Site site, Value x) {
    this.site = site;
    this.draft = site.draft();
    this.x = x;
  }

  /**
   * The activation of a value as the site's last node.
   *
   * @param softmax the axis of the vertex's output along which DL4J's softmax runs, counted from behind if negative
   * @throws org.resnet4j.modelexport.ExportException.UnsupportedLayer if ONNX has nothing like it
   */
  static Value apply(Site site, IActivation activation, Value x, int softmax) {
    return activation instanceof ActivationIdentity ? x
        : site.end(new Activations(site, x).last(activation, softmax), x);
  }

  private Draft.Node last(IActivation activation, int softmax) {
    Class<?> type = activation.getClass();
    if (PLAIN.containsKey(type)) {
      return draft.node(PLAIN.get(type), x.name());
    } else if (type == ActivationReLU.class) {
      ActivationReLU relu = (ActivationReLU) activation;
      return relu(or(relu.getMax(), Double.MAX_VALUE), or(relu.getNegativeSlope(), 0), or(relu.getThreshold(), 0));
    } else if (type == ActivationReLU6.class) {
      return relu(6, 0, 0);
    } else if (type == ActivationLReLU.class) {
      return relu(Double.MAX_VALUE, ((ActivationLReLU) activation).getAlpha(), 0);
    } else if (type == ActivationELU.class) {
      return draft.node("Elu", x.name()).number("alpha", ((ActivationELU) activation).getAlpha());
    } else if (type == ActivationHardSigmoid.class) {
      return hardSigmoid(0.2, 0.5);
    } else if (type == ActivationSwish.class) {
      return times(draft.node("Sigmoid", x.name()));
    } else if (type == ActivationSoftmax.class) {
      return draft.node("Softmax", x.name()).number("axis", x.axis(softmax));
    } else if (activation instanceof AxisSoftmax along) {
      return draft.node(along.logarithm() ? "LogSoftmax" : "Softmax", x.name()).number("axis", x.axis(along.axis()));
    } else if (activation instanceof ElementActivation element) {
      return element(element);
    }
    throw site.unsupported("an activation that can go out", type.getSimpleName());
  }

  private static double or(Double value, double standard) {
    return value == null ? standard : value;
  }

  private Draft.Node element(ElementActivation activation) {
    return switch (activation.function()) {
      case RELU -> relu(activation.a(), activation.b(), activation.c());
      case ELU -> draft.node("Elu", x.name()).number("alpha", activation.a());
      case SELU -> draft.node("Selu", x.name());
      case HARD_SIGMOID -> hardSigmoid(activation.a(), activation.b());
      case HARD_SWISH -> draft.node("HardSwish", x.name());
      case GELU -> {
        String scaled = step("Mul", "scaled", x.name(), number(1 / Math.sqrt(2)));
        yield gelu(step("Erf", "erf", scaled));
      }
      case GELU_TANH -> {
        String square = step("Mul", "square", x.name(), x.name());
        String factor = step("Add", "factor", step("Mul", "cube", square, number(GELU_CUBE)), number(1));
        String inner = step("Mul", "inner", step("Mul", "sum", factor, x.name()), number(Math.sqrt(2 / Math.PI)));
        yield gelu(step("Tanh", "tanh", inner));
      }
      case SWISH -> times(draft.node("Sigmoid", x.name()));
      case MISH -> times(draft.node("Tanh", step("Softplus", "softplus", x.name())));
      case SOFTPLUS -> draft.node("Softplus", x.name());
      case LOG_SIGMOID -> draft.node("Neg", step("Softplus", "softplus", step("Neg", "negative", x.name())));
      case SOFTSIGN -> draft.node("Softsign", x.name());
      case EXPONENTIAL -> draft.node("Exp", x.name());
      case TANH_SHRINK -> draft.node("Sub", x.name(), step("Tanh", "tanh", x.name()));
    };
  }

  /** min(x, max) above the threshold, slope * (x - threshold) below. */
  private Draft.Node relu(double max, double slope, double threshold) {
    boolean bounded = max < Double.MAX_VALUE;
    if (threshold == 0 && slope == 0) {
      return bounded ? draft.node("Clip", x.name(), number(0), number(max)) : draft.node("Relu", x.name());
    } else if (threshold == 0 && !bounded) {
      return draft.node("LeakyRelu", x.name()).number("alpha", slope);
    }
    String high = bounded ? step("Min", "high", x.name(), number(max)) : x.name();
    String low = step("Mul", "low", step("Sub", "below", x.name(), number(threshold)), number(slope));
    return draft.node("Where", step("Greater", "above", x.name(), number(threshold)), high, low);
  }

  private Draft.Node hardSigmoid(double slope, double offset) {
    return draft.node("HardSigmoid", x.name()).number("alpha", slope).number("beta", offset);
  }

  /** x * (1 + s) / 2. */
  private Draft.Node gelu(String s) {
    String share = step("Mul", "share", step("Add", "shifted", s, number(1)), number(0.5));
    return draft.node("Mul", share, x.name());
  }

  private Draft.Node times(Draft.Node factor) {
    return draft.node("Mul", factor.add(site.part("factor")), x.name());
  }

  private String step(String operator, String part, String... inputs) {
    return draft.node(operator, inputs).add(site.part(part));
  }

  private String number(double value) {
    return draft.constant(site.part("number"), value);
  }
}
