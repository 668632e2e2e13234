package org.resnet4j.modelimport.dialect;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.resnet4j.modelimport.dialect.Call.Argument;
import org.resnet4j.modelimport.dialect.Call.Literal;
import org.resnet4j.modelimport.dialect.Call.Reference;
import org.resnet4j.modelimport.dialect.Call.Sequence;

/** What a function on tensors is called with: tensors, and settings beside them or in its configuration. */
final class Arguments {
  private final Settings settings;
  private final Call call;
  private final Function<Reference, Tensor> tensors;

  /** @param tensors what a reference stands for */
  Arguments(Settings settings, Call call, Function<Reference, Tensor> tensors) {
    this.settings = settings;
    this.call = call;
    this.tensors = tensors;
  }

  Tensor x() {
    Argument x = argument(0, "x", "inputs");
    if (!(x instanceof Reference reference)) {
      throw settings.invalid("a tensor as the first argument", "none");
    }
    return tensor(reference);
  }

  Tensor tensor(Reference reference) {
    return tensors.apply(reference).whole(settings);
  }

  List<Tensor> list() {
    return pickedList().stream().map(tensor -> tensor.whole(settings)).toList();
  }

  List<Tensor> pickedList() {
    if (!(argument(0, "xs", "x") instanceof Sequence list) || list.items().isEmpty()) {
      throw settings.invalid("a list of tensors", "something else");
    }
    return list.items().stream().map(item -> {
      if (!(item instanceof Reference reference)) {
        throw settings.unsupported("a list of tensors", "a constant in it");
      }
      return tensors.apply(reference);
    }).toList();
  }

  /** The argument in that place, or of one of those names; a literal null if it wasn't given. */
  Argument argument(int place, String... names) {
    if (place < call.positional().size()) {
      return call.positional().get(place);
    }
    for (String name : names) {
      if (call.named().containsKey(name)) {
        return call.named().get(name);
      }
    }
    return new Literal(MissingNode.getInstance());
  }

  JsonNode literal(String name) {
    return call.named().get(name) instanceof Literal literal && !literal.value().isNull() ? literal.value()
        : MissingNode.getInstance();
  }

  /** From the configuration in Keras 3, from the call in Keras 2. */
  JsonNode setting(String name) {
    return settings.has(name) ? settings.get(name) : literal(name);
  }

  int axis(String name, int fallback) {
    return axis(name, fallback, x().shape().rank());
  }

  int axis(String name, Integer fallback, int rank) {
    JsonNode axis = setting(name);
    if (axis.isMissingNode() && fallback != null) {
      return settings.axis(fallback, rank);
    }
    List<Integer> axes = integers(axis, name);
    if (axes.size() != 1) {
      throw settings.unsupported("one axis", axes.toString());
    }
    return settings.axis(axes.get(0), rank);
  }

  List<Integer> integers(JsonNode value, String what) {
    List<Integer> numbers = new ArrayList<>();
    for (JsonNode number : value.isArray() ? value : List.of(value)) {
      if (!Settings.isInteger(number)) {
        throw settings.invalid("whole numbers as " + what, Settings.found(value));
      }
      numbers.add(number.asInt());
    }
    return numbers;
  }

  double number(String name, double fallback) {
    JsonNode value = literal(name);
    if (!value.isMissingNode() && !(value.isNumber() && Double.isFinite(value.asDouble()))) {
      throw settings.invalid("a finite number as " + name, Settings.found(value));
    }
    return value.isMissingNode() ? fallback : value.asDouble();
  }

  boolean flag(String name, boolean fallback) {
    return literal(name).asBoolean(fallback);
  }

  String text(String name, String fallback) {
    return literal(name).asText(fallback);
  }
}
