package org.resnet4j.modelimport.dialect;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.resnet4j.modelimport.ModelImportException;
import org.resnet4j.modelimport.model.KerasModel.Version;
import org.resnet4j.modelimport.model.Operation.Border;
import org.resnet4j.modelimport.model.Operation.DataFormat;
import org.resnet4j.modelimport.model.Operation.Pair;
import org.resnet4j.modelimport.model.Regularization;

/** A layer's settings with their types; what isn't right is an exception that names the layer and the setting. */
final class Settings {
  private final String layer;
  private final String className;
  private final JsonNode config;
  private final Version version;
  private final Collection<String> notes;
  private final Set<String> taken = new HashSet<>();

  Settings(String layer, String className, JsonNode config, Version version, Collection<String> notes) {
    this.layer = layer;
    this.className = className;
    this.config = config;
    this.version = version;
    this.notes = notes;
  }

  /** The layer and its class, for messages. */
  String where() {
    return where(layer, className);
  }

  static String where(String layer, String className) {
    return "layer " + ModelImportException.quote(layer) + " (" + shown(className) + ")";
  }

  private static String shown(String text) {
    String quoted = ModelImportException.quote(text);
    return quoted.substring(1, quoted.length() - 1);
  }

  String className() {
    return className;
  }

  Version version() {
    return version;
  }

  void note(String sentence) {
    notes.add("Layer " + ModelImportException.quote(layer) + ": " + sentence);
  }

  ModelImportException invalid(String expected, String found) {
    return new ModelImportException.InvalidConfiguration(where(), expected, found);
  }

  ModelImportException unsupported(String expected, String found) {
    return new ModelImportException.UnsupportedLayer(where(), expected, found);
  }

  private ModelImportException wrong(String name, String expected) {
    return invalid(expected + " as " + name, found(get(name)));
  }

  /** A piece of JSON, cut short. */
  static String found(JsonNode value) {
    return value.isMissingNode() ? "nothing"
        : value.isContainerNode() && value.size() > 8 ? "a list of " + value.size()
        : ModelImportException.quote(value.toString());
  }

  JsonNode get(String name) {
    JsonNode value = config.get(name);
    return value == null || value.isNull() ? MissingNode.getInstance() : value;
  }

  boolean has(String name) {
    return !get(name).isMissingNode();
  }

  String text(String name, String fallback) {
    JsonNode value = get(name);
    if (value.isMissingNode() && fallback != null) {
      return fallback;
    }
    if (!value.isTextual()) {
      throw wrong(name, "a text");
    }
    return value.asText();
  }

  boolean flag(String name, boolean fallback) {
    JsonNode value = get(name);
    if (value.isMissingNode()) {
      return fallback;
    }
    if (!value.isBoolean()) {
      throw wrong(name, "true or false");
    }
    return value.asBoolean();
  }

  int integer(String name) {
    return integer(get(name), name);
  }

  int integer(String name, int fallback) {
    return has(name) ? integer(name) : fallback;
  }

  private int integer(JsonNode value, String name) {
    if (!isInteger(value)) {
      throw wrong(name, "a whole number");
    }
    return value.asInt();
  }

  static boolean isInteger(JsonNode value) {
    return value.isNumber() && value.asDouble() == value.asInt();
  }

  int positive(String name, int fallback) {
    int value = integer(name, fallback);
    if (value < 1) {
      throw wrong(name, "a positive number");
    }
    return value;
  }

  /** A finite number, also where Keras wrapped a NumPy one. */
  double real(String name, double fallback) {
    if (!has(name)) {
      return fallback;
    }
    JsonNode value = unwrapped(get(name));
    if (!value.isNumber() || !Double.isFinite(value.asDouble())) {
      throw wrong(name, "a finite number");
    }
    return value.asDouble();
  }

  /** What a tensor or NumPy object in a configuration holds; any other value itself. */
  static JsonNode unwrapped(JsonNode value) {
    if (!value.isObject()) {
      return value;
    }
    return value.has("value") ? value.get("value") : value.path("config").path("value");
  }

  /** A list of whole numbers, or one alone. */
  List<Integer> integers(String name) {
    JsonNode value = get(name);
    if (!value.isArray()) {
      return List.of(integer(value, name));
    }
    List<Integer> numbers = new ArrayList<>();
    value.forEach(number -> numbers.add(integer(number, name)));
    return numbers;
  }

  /** An axis that may count from the end, as one that counts the batch as 0; the batch itself is refused. */
  int axis(int axis, int rank) {
    int counted = axis < 0 ? axis + rank + 1 : axis;
    if (counted < 1 || counted > rank) {
      throw invalid("an axis among the " + rank + " after the batch", "axis " + axis);
    }
    return counted;
  }

  /** One positive number for both directions, or two. */
  Pair pair(String name, Pair fallback) {
    if (!has(name)) {
      if (fallback == null) {
        throw wrong(name, "a size");
      }
      return fallback;
    }
    List<Integer> numbers = integers(name);
    if (numbers.size() > 2 || numbers.isEmpty() || numbers.get(0) < 1 || numbers.get(numbers.size() - 1) < 1) {
      throw wrong(name, "one or two positive numbers");
    }
    return new Pair(numbers.get(0), numbers.get(numbers.size() - 1));
  }

  /** A number for all four borders; two, for height and width; or two pairs. */
  Border border(String name) {
    JsonNode value = get(name);
    if (!value.isArray()) {
      int all = integers(name).get(0);
      return border(name, all, all, all, all);
    }
    if (value.size() != 2) {
      throw wrong(name, "a number or two");
    }
    int[] height = side(value.get(0), name);
    int[] width = side(value.get(1), name);
    return border(name, height[0], height[1], width[0], width[1]);
  }

  private int[] side(JsonNode value, String name) {
    if (!value.isArray()) {
      int both = integer(value, name);
      return new int[] {both, both};
    }
    if (value.size() != 2) {
      throw wrong(name, "two numbers for each direction");
    }
    return new int[] {integer(value.get(0), name), integer(value.get(1), name)};
  }

  private Border border(String name, int top, int bottom, int left, int right) {
    if (top < 0 || bottom < 0 || left < 0 || right < 0) {
      throw wrong(name, "no negative number");
    }
    return new Border(top, bottom, left, right);
  }

  DataFormat format() {
    String format = text("data_format", "channels_last");
    return switch (format) {
      case "channels_last" -> DataFormat.CHANNELS_LAST;
      case "channels_first" -> DataFormat.CHANNELS_FIRST;
      default -> throw wrong("data_format", "channels_last or channels_first");
    };
  }

  /** Refuses a setting that is on. */
  void refuse(String name, String why) {
    JsonNode value = get(name);
    if (!value.isMissingNode() && !(value.isBoolean() && !value.asBoolean())) {
      throw unsupported(why, name + " = " + found(value));
    }
  }

  /** The penalty on a weight; one that isn't L1 or L2 is noted and left out. */
  Regularization regularization(String name) {
    taken.add(name);
    JsonNode value = get(name);
    if (value.isMissingNode()) {
      return Regularization.NONE;
    }
    String kind = value.isTextual() ? value.asText() : value.path("class_name").asText();
    Settings penalty = new Settings(layer, className, value.path("config"), version, notes);
    return switch (kind) {
      // Keras's own defaults, for the names without numbers.
      case "L1", "l1" -> new Regularization(penalty.strength("l1", 0.01), 0);
      case "L2", "l2" -> new Regularization(0, penalty.strength("l2", 0.01));
      case "L1L2", "l1_l2" -> new Regularization(penalty.strength("l1", value.isTextual() ? 0.01 : 0),
          penalty.strength("l2", value.isTextual() ? 0.01 : 0));
      default -> {
        note("its " + name + " (" + ModelImportException.quote(kind) + ") is not taken over.");
        yield Regularization.NONE;
      }
    };
  }

  private double strength(String name, double fallback) {
    double strength = real(name, fallback);
    if (strength < 0) {
      throw wrong(name, "no negative penalty");
    }
    return strength;
  }

  /** Says which constraints and regularisers have no counterpart in the typed model. */
  void noteWhatIsLeftOut() {
    config.fieldNames().forEachRemaining(name -> {
      if ((name.endsWith("_constraint") || name.endsWith("_regularizer")) && has(name) && !taken.contains(name)) {
        note("its " + ModelImportException.quote(name) + " is not taken over.");
      }
    });
  }
}
