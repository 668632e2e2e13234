package org.resnet4j.training.recipe;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a YAML file says, before it is known what it means. */
sealed interface Node {
  /** Where it begins, from 1; 0 where it comes from no file. */
  int line();

  /** What it is, for a person who expected something else. */
  String described();

  /** A value that isn't made of others. */
  record Scalar(int line, String text, Form form) implements Node {
    enum Form { TEXT, NUMBER, TRUTH, NOTHING }

    static Scalar text(String text) {
      return new Scalar(0, text, Form.TEXT);
    }

    @Override
    public String described() {
      return switch (form) {
        case TEXT -> RecipeException.quote(text);
        case NUMBER, TRUTH -> text.length() > 40 ? "a longer number" : text;
        case NOTHING -> "nothing";
      };
    }
  }

  /** Fields by name, in the file's order. */
  record Fields(int line, Map<String, Node> values) implements Node {
    Fields() {
      this(0, new LinkedHashMap<>());
    }

    @Override
    public String described() {
      return values.isEmpty() ? "no fields" : "the fields " + RecipeException.quote(String.join(", ", values.keySet()));
    }
  }

  /** A list. */
  record Items(int line, List<Node> values) implements Node {
    @Override
    public String described() {
      return "a list";
    }
  }
}
