package org.resnet4j.modelimport.dialect;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import org.resnet4j.modelimport.model.Operation.Constant;
import org.resnet4j.modelimport.model.Shape;

/** Numbers and arrays written into a configuration: plain, in lists, or as tensor and NumPy objects. */
final class Constants {
  private Constants() {}

  /** A constant that may be combined with such an input element by element, without enlarging it. */
  static Constant read(JsonNode value, Shape input, Settings s) {
    JsonNode data = Settings.unwrapped(value);
    List<Integer> sizes = new ArrayList<>();
    for (JsonNode at = data; at.isArray(); at = at.path(0)) {
      sizes.add(at.size());
    }
    List<Double> numbers = flat(data, s);
    if (numbers.isEmpty() || !isRectangular(data, sizes)) {
      throw s.invalid("a number or a rectangular array of numbers", Settings.found(data));
    }
    // The batch's axis, which a constant can only repeat along.
    while (sizes.size() > input.rank() && sizes.get(0) == 1) {
      sizes.remove(0);
    }
    for (int i = 0; i < sizes.size(); i++) {
      int axis = input.rank() - sizes.size() + 1 + i;
      if (axis < 1 || sizes.get(i) != 1 && sizes.get(i) != input.size(axis)) {
        throw s.unsupported("a constant that fits each example's shape " + input, "one of shape " + sizes);
      }
    }
    return new Constant(numbers.stream().map(Double::floatValue).toList(), new Shape(sizes));
  }

  private static boolean isRectangular(JsonNode data, List<Integer> sizes) {
    if (sizes.isEmpty() || !data.isArray()) {
      return sizes.isEmpty() && !data.isArray();
    }
    if (data.size() != sizes.get(0)) {
      return false;
    }
    for (JsonNode item : data) {
      if (!isRectangular(item, sizes.subList(1, sizes.size()))) {
        return false;
      }
    }
    return true;
  }

  /** All numbers, row-major. */
  static List<Double> flat(JsonNode data, Settings s) {
    List<Double> numbers = new ArrayList<>();
    collect(data, numbers, s);
    return numbers;
  }

  private static void collect(JsonNode data, List<Double> numbers, Settings s) {
    if (data.isArray()) {
      data.forEach(item -> collect(item, numbers, s));
    } else if (data.isNumber() && Double.isFinite((float) data.asDouble())) {
      numbers.add(data.asDouble());
    } else {
      throw s.invalid("finite numbers", Settings.found(data));
    }
  }

  static Constant map(Constant constant, DoubleUnaryOperator function) {
    return new Constant(constant.values().stream().map(value -> (float) function.applyAsDouble(value)).toList(),
        constant.shape());
  }
}
