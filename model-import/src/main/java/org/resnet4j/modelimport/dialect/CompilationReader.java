package org.resnet4j.modelimport.dialect;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.resnet4j.modelimport.ModelImportException;
import org.resnet4j.modelimport.model.Compilation;
import org.resnet4j.modelimport.model.Compilation.LearningRate;
import org.resnet4j.modelimport.model.Compilation.Loss;
import org.resnet4j.modelimport.model.Compilation.LossFunction;
import org.resnet4j.modelimport.model.Compilation.Optimizer;
import org.resnet4j.modelimport.model.Compilation.OptimizerKind;

/**
 * Reads what a model was compiled with. Nothing here is needed to compute with the model, so that what isn't known is
 * noted and left out.
 */
final class CompilationReader {
  private static final int DEEPEST_WRAPPING = 4;

  private final Collection<String> notes;

  CompilationReader(Collection<String> notes) {
    this.notes = notes;
  }

  /** @param config {@code training_config} or {@code compile_config}; empty without content */
  Optional<Compilation> read(JsonNode config) {
    if (!config.isObject() || config.isEmpty()) {
      return Optional.empty();
    }
    if (present(config, "loss_weights")) {
      note("its loss_weights are not taken over");
    }
    JsonNode optimizer = config.has("optimizer_config") ? config.get("optimizer_config") : config.path("optimizer");
    return Optional.of(new Compilation(loss(config.path("loss")), optimizer(optimizer)));
  }

  private Optional<Loss> loss(JsonNode given) {
    JsonNode loss = given;
    for (int i = 0; i < DEEPEST_WRAPPING && loss.size() == 1 && !loss.has("class_name"); i++) {
      loss = loss.elements().next();
    }
    if (loss.isMissingNode() || loss.isNull()) {
      return Optional.empty();
    }
    JsonNode config = loss.path("config");
    String name = loss.isTextual() ? loss.asText() : config.isTextual() ? config.asText()
        : loss.path("class_name").asText().equals("LossFunctionWrapper") ? config.path("fn").asText()
        : loss.path("class_name").asText();
    Optional<LossFunction> function = lossFunction(name.substring(name.lastIndexOf('>') + 1));
    if (function.isEmpty() || name.contains(">") && !name.startsWith("Custom>")) {
      note("its loss " + Settings.found(loss) + " is not taken over");
      return Optional.empty();
    }
    if (present(config, "ignore_class") || config.path("axis").asInt(-1) != -1
        || config.path("reduction").asText().equals("sum")) {
      note("its loss is taken over without reduction, axis and ignore_class");
    }
    double smoothing = number(config.path("label_smoothing")).orElse(0.0);
    if (smoothing < 0 || smoothing > 1) {
      throw new ModelImportException.InvalidConfiguration("the model's loss", "a label_smoothing from 0 to 1",
          String.valueOf(smoothing));
    }
    return Optional.of(new Loss(function.get(), config.path("from_logits").asBoolean(false), smoothing));
  }

  private static Optional<LossFunction> lossFunction(String name) {
    return Optional.ofNullable(switch (name) {
      case "categorical_crossentropy", "CategoricalCrossentropy" -> LossFunction.CATEGORICAL_CROSSENTROPY;
      case "sparse_categorical_crossentropy", "SparseCategoricalCrossentropy" ->
          LossFunction.SPARSE_CATEGORICAL_CROSSENTROPY;
      case "binary_crossentropy", "BinaryCrossentropy" -> LossFunction.BINARY_CROSSENTROPY;
      case "mse", "MSE", "mean_squared_error", "MeanSquaredError" -> LossFunction.MEAN_SQUARED_ERROR;
      case "mae", "MAE", "mean_absolute_error", "MeanAbsoluteError" -> LossFunction.MEAN_ABSOLUTE_ERROR;
      case "mape", "MAPE", "mean_absolute_percentage_error", "MeanAbsolutePercentageError" ->
          LossFunction.MEAN_ABSOLUTE_PERCENTAGE_ERROR;
      case "msle", "MSLE", "mean_squared_logarithmic_error", "MeanSquaredLogarithmicError" ->
          LossFunction.MEAN_SQUARED_LOGARITHMIC_ERROR;
      case "kld", "KLD", "kl_divergence", "kullback_leibler_divergence", "KLDivergence" -> LossFunction.KL_DIVERGENCE;
      case "poisson", "Poisson" -> LossFunction.POISSON;
      case "hinge", "Hinge" -> LossFunction.HINGE;
      case "squared_hinge", "SquaredHinge" -> LossFunction.SQUARED_HINGE;
      case "cosine_similarity", "cosine_proximity", "cosine", "CosineSimilarity" -> LossFunction.COSINE_SIMILARITY;
      default -> null;
    });
  }

  private Optional<Optimizer> optimizer(JsonNode given) {
    JsonNode optimizer = given;
    for (int i = 0; i < DEEPEST_WRAPPING && isLossScaling(optimizer); i++) {
      JsonNode config = optimizer.path("config");
      optimizer = config.has("inner_optimizer") ? config.get("inner_optimizer") : config.path("optimizer");
    }
    if (optimizer.isMissingNode() || optimizer.isNull()) {
      // Keras 3 leaves it out of a .keras file where the model was saved as .h5 before.
      note("its optimizer is not taken over: the file doesn't tell it");
      return Optional.empty();
    }
    String name = optimizer.isTextual() ? optimizer.asText() : optimizer.path("class_name").asText();
    JsonNode config = optimizer.isTextual() ? MissingNode.getInstance() : optimizer.path("config");
    // Keras 2.11 to 2.15 registered its own optimisers as Custom.
    Optional<OptimizerKind> kind = kind(name.startsWith("Custom>") ? name.substring("Custom>".length()) : name);
    if (kind.isEmpty()) {
      note("its optimizer " + ModelImportException.quote(name) + " is not taken over");
      return Optional.empty();
    }
    Map<String, Double> settings = defaults(kind.get());
    for (String setting : List.copyOf(settings.keySet())) {
      JsonNode value = config.path(setting);
      if (value.isBoolean()) {
        settings.put(setting, value.asBoolean() ? 1.0 : 0.0);
      } else {
        number(value).ifPresent(found -> settings.put(setting, found));
      }
    }
    number(config.path("weight_decay")).ifPresent(decay -> settings.put("weight_decay", decay));
    for (String ignored : List.of("clipnorm", "clipvalue", "global_clipnorm", "use_ema", "centered",
        "gradient_accumulation_steps")) {
      if (present(config, ignored)) {
        note("its optimizer's " + ignored + " is not taken over");
      }
    }
    return learningRate(config, kind.get()).map(rate -> new Optimizer(kind.get(), rate, settings));
  }

  private static boolean isLossScaling(JsonNode optimizer) {
    return optimizer.path("class_name").asText().startsWith("LossScaleOptimizer");
  }

  private static Optional<OptimizerKind> kind(String name) {
    return Optional.ofNullable(switch (name) {
      case "SGD", "sgd" -> OptimizerKind.SGD;
      case "Adam", "adam" -> OptimizerKind.ADAM;
      case "AdamW", "adamw", "adam_w" -> OptimizerKind.ADAMW;
      case "Adamax", "adamax" -> OptimizerKind.ADAMAX;
      case "Nadam", "nadam" -> OptimizerKind.NADAM;
      case "RMSprop", "RMSProp", "rmsprop" -> OptimizerKind.RMSPROP;
      case "Adagrad", "adagrad" -> OptimizerKind.ADAGRAD;
      case "Adadelta", "adadelta" -> OptimizerKind.ADADELTA;
      default -> null;
    });
  }

  /** What Keras takes where the file has nothing or null. */
  private static Map<String, Double> defaults(OptimizerKind kind) {
    return new LinkedHashMap<>(switch (kind) {
      case SGD -> Map.of("momentum", 0.0, "nesterov", 0.0);
      case ADAM -> Map.of("beta_1", 0.9, "beta_2", 0.999, "epsilon", 1e-7, "amsgrad", 0.0);
      case ADAMW -> Map.of("beta_1", 0.9, "beta_2", 0.999, "epsilon", 1e-7, "amsgrad", 0.0, "weight_decay", 0.004);
      case ADAMAX, NADAM -> Map.of("beta_1", 0.9, "beta_2", 0.999, "epsilon", 1e-7);
      case RMSPROP -> Map.of("rho", 0.9, "momentum", 0.0, "epsilon", 1e-7);
      case ADAGRAD -> Map.of("initial_accumulator_value", 0.1, "epsilon", 1e-7);
      case ADADELTA -> Map.of("rho", 0.95, "epsilon", 1e-7);
    });
  }

  private Optional<LearningRate> learningRate(JsonNode config, OptimizerKind kind) {
    JsonNode given = config.has("learning_rate") ? config.get("learning_rate") : config.path("lr");
    Optional<Double> rate = given.isMissingNode() ? Optional.of(kind == OptimizerKind.SGD ? 0.01 : 0.001)
        : number(given);
    if (rate.isPresent()) {
      if (number(config.path("decay")).orElse(0.0) != 0) {
        note("its optimizer's decay is not taken over: the learning rate stays " + rate.get());
      }
      return rate.map(LearningRate.Constant::new);
    }
    JsonNode schedule = given.path("config");
    Optional<Double> initial = number(schedule.path("initial_learning_rate"));
    Optional<Double> steps = number(schedule.path("decay_steps"));
    Optional<Double> factor = number(schedule.path("decay_rate"));
    String name = given.path("class_name").asText();
    if (name.equals("ExponentialDecay") && initial.isPresent() && steps.filter(count -> count > 0).isPresent()
        && factor.isPresent()) {
      return Optional.of(new LearningRate.Exponential(initial.get(), steps.get(), factor.get(),
          schedule.path("staircase").asBoolean(false)));
    }
    List<Double> boundaries = numbers(schedule.path("boundaries"));
    List<Double> values = numbers(schedule.path("values"));
    if (name.equals("PiecewiseConstantDecay") && values.size() == boundaries.size() + 1) {
      return Optional.of(new LearningRate.Piecewise(boundaries, values));
    }
    if (initial.isPresent()) {
      note("its learning rate's schedule " + ModelImportException.quote(name) + " is not taken over: the rate stays "
          + initial.get());
      return initial.map(LearningRate.Constant::new);
    }
    note("its optimizer is not taken over, for its learning rate " + Settings.found(given));
    return Optional.empty();
  }

  private static Optional<Double> number(JsonNode value) {
    JsonNode plain = Settings.unwrapped(value);
    return plain.isNumber() && Double.isFinite(plain.asDouble()) ? Optional.of(plain.asDouble()) : Optional.empty();
  }

  private static List<Double> numbers(JsonNode list) {
    List<Double> numbers = new ArrayList<>();
    list.forEach(value -> number(value).ifPresent(numbers::add));
    return numbers.size() == list.size() ? numbers : List.of();
  }

  /** Whether a setting is there and neither null nor false. */
  private static boolean present(JsonNode config, String name) {
    JsonNode value = config.path(name);
    return !value.isMissingNode() && !value.isNull() && !(value.isBoolean() && !value.asBoolean());
  }

  private void note(String what) {
    notes.add("Of how the model was compiled, " + what + ".");
  }
}
