package org.resnet4j.modelimport.dialect;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import org.resnet4j.modelimport.ModelImportException;
import org.resnet4j.modelimport.model.Activation;
import org.resnet4j.modelimport.model.Activation.Elu;
import org.resnet4j.modelimport.model.Activation.Plain;
import org.resnet4j.modelimport.model.Activation.Relu;
import org.resnet4j.modelimport.model.Activation.Softmax;
import org.resnet4j.modelimport.model.KerasModel.Version;

/** Activations by name, as objects, and as layers of their own. */
final class Activations {
  private static final double LEAKY_FUNCTION = 0.2;
  private static final double LEAKY_LAYER = 0.3;

  private Activations() {}

  /** A layer's setting {@code activation}; {@code rank} is its output's, without the batch. */
  static Activation setting(Settings settings, int rank) {
    JsonNode value = settings.get("activation");
    if (value.isMissingNode()) {
      return Plain.LINEAR;
    }
    if (value.isTextual()) {
      return named(value.asText(), settings, rank);
    }
    String kind = value.path("class_name").asText();
    JsonNode config = value.path("config");
    String module = value.path("module").asText("");
    // Keras looks a function without a module of its own up among its own as well.
    boolean own = module.isEmpty() || module.matches("(builtins|keras|tf_keras|tensorflow)(\\..*)?");
    if (own && config.isTextual() && kind.equals("function")) {
      return named(config.asText(), settings, rank);
    }
    Settings inner = new Settings("activation of " + settings.where(), kind, config, settings.version(),
        new ArrayList<>());
    if (own && kind.equals("Activation")) {
      return setting(inner, rank);
    }
    if (own && isLayer(kind)) {
      return layer(inner, rank);
    }
    throw settings.unsupported("an activation of Keras itself", Settings.found(value));
  }

  static Activation named(String name, Settings settings, int rank) {
    return switch (name) {
      case "linear" -> Plain.LINEAR;
      case "relu" -> Relu.PLAIN;
      case "relu6" -> new Relu(6, 0, 0);
      case "leaky_relu" -> new Relu(Double.POSITIVE_INFINITY, LEAKY_FUNCTION, 0);
      case "softmax" -> new Softmax(rank, false);
      case "log_softmax" -> new Softmax(rank, true);
      // With the alpha of 1 that a name stands for, celu is elu.
      case "elu", "celu" -> new Elu(1);
      case "selu" -> Plain.SELU;
      case "softplus" -> Plain.SOFTPLUS;
      case "softsign" -> Plain.SOFTSIGN;
      case "sigmoid" -> Plain.SIGMOID;
      case "tanh" -> Plain.TANH;
      case "exponential" -> Plain.EXPONENTIAL;
      case "hard_sigmoid" -> settings.version() == Version.KERAS_2 ? Plain.HARD_SIGMOID_2 : Plain.HARD_SIGMOID_3;
      case "hard_silu", "hard_swish" -> Plain.HARD_SWISH;
      case "silu", "swish" -> Plain.SWISH;
      case "gelu" -> Plain.GELU;
      case "mish" -> Plain.MISH;
      case "log_sigmoid" -> Plain.LOG_SIGMOID;
      case "tanh_shrink" -> Plain.TANH_SHRINK;
      default -> throw settings.unsupported("an activation that this importer knows",
          ModelImportException.quote(name));
    };
  }

  static boolean isLayer(String className) {
    return switch (className) {
      case "ReLU", "LeakyReLU", "ELU", "ThresholdedReLU", "Softmax" -> true;
      default -> false;
    };
  }

  /** A layer that is an activation; {@code rank} is its input's. */
  static Activation layer(Settings settings, int rank) {
    return switch (settings.className()) {
      case "ReLU" -> relu(settings);
      case "LeakyReLU" -> new Relu(Double.POSITIVE_INFINITY,
          settings.real("negative_slope", settings.real("alpha", LEAKY_LAYER)), 0);
      case "ELU" -> new Elu(settings.real("alpha", 1));
      case "ThresholdedReLU" -> new Relu(Double.POSITIVE_INFINITY, 0, settings.real("theta", 1));
      case "Softmax" -> softmax(settings, rank);
      default -> throw new IllegalArgumentException(settings.className());
    };
  }

  private static Activation relu(Settings settings) {
    JsonNode most = Settings.unwrapped(settings.get("max_value"));
    boolean unbounded = most.isMissingNode() || most.asDouble() == Double.POSITIVE_INFINITY;
    double maxValue = unbounded ? Double.POSITIVE_INFINITY : settings.real("max_value", 0);
    if (maxValue < 0) {
      throw settings.invalid("a max_value of 0 or more", String.valueOf(maxValue));
    }
    return new Relu(maxValue, settings.real("negative_slope", 0), settings.real("threshold", 0));
  }

  private static Activation softmax(Settings settings, int rank) {
    if (!settings.has("axis")) {
      return new Softmax(rank, false);
    }
    if (settings.integers("axis").size() != 1) {
      throw settings.unsupported("softmax along one axis", "axis = " + Settings.found(settings.get("axis")));
    }
    return new Softmax(settings.axis(settings.integers("axis").get(0), rank), false);
  }
}
