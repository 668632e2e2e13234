package org.resnet4j.modelimport.dialect;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** What a layer is called with. */
record Call(List<Argument> positional, Map<String, Argument> named) {

  sealed interface Argument {}

  /** An output of another call; {@code call} counts the calls within this model from 0. */
  record Reference(String layer, int call, int output) implements Argument {}

  record Literal(JsonNode value) implements Argument {}

  /** A list with references in it, or a dictionary's values in the order of its keys. */
  record Sequence(List<Argument> items, List<String> keys) implements Argument {}

  void references(Consumer<Reference> visitor) {
    positional.forEach(argument -> references(argument, visitor));
    named.values().forEach(argument -> references(argument, visitor));
  }

  private static void references(Argument argument, Consumer<Reference> visitor) {
    if (argument instanceof Reference reference) {
      visitor.accept(reference);
    } else if (argument instanceof Sequence sequence) {
      sequence.items().forEach(item -> references(item, visitor));
    }
  }
}
