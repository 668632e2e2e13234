package org.resnet4j.training.recipe;

import static org.resnet4j.training.recipe.RecipeException.quote;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.resnet4j.training.recipe.Node.Fields;
import org.resnet4j.training.recipe.Node.Items;
import org.resnet4j.training.recipe.Node.Scalar;
import org.resnet4j.training.recipe.Node.Scalar.Form;
import org.resnet4j.training.recipe.RecipeException.Reason;

/**
 * Between records and YAML's nodes: a component is a field of its name, a constant its name in lower case, an empty
 * optional {@code none}, one of several records its {@link Kind} among its fields.
 */
final class Binding {
  private static final String KIND = "kind";
  /** Without leading zeros: for YAML 1.1 they make an octal number. */
  private static final Pattern WHOLE = Pattern.compile("-?(0|[1-9]\\d{0,30})");
  /** As JSON has it; YAML 1.1 knows 1_000, 0x1F, 1:30 and .inf as well. */
  private static final Pattern NUMBER = Pattern.compile(WHOLE + "(\\.\\d{1,30})?([eE][-+]?\\d{1,3})?");
  /** More names than these aren't listed in a message. */
  private static final int SHORT_LIST = 8;
  private static final Map<String, Node> DEFAULTS = new ConcurrentHashMap<>();

  private Binding() {}

  /** @throws RecipeException with the field's path and line */
  static <T extends Record> T read(Node node, Class<T> type) {
    return type.cast(value(node, type));
  }

  private static Object value(Node node, Type type) {
    if (type instanceof ParameterizedType generic) {
      Type inner = generic.getActualTypeArguments()[0];
      return generic.getRawType() == List.class ? list(node, inner)
          : isNone(node) ? Optional.empty() : Optional.of(value(node, inner));
    }
    Class<?> wanted = (Class<?>) type;
    if (wanted == String.class) {
      return scalar(node, "text (in quotes if it looks like something else)", Form.TEXT).text();
    } else if (wanted == int.class || wanted == Integer.class) {
      return whole(node);
    } else if (wanted == double.class || wanted == Double.class) {
      return number(node);
    } else if (wanted == boolean.class) {
      return truth(node);
    } else if (wanted == Span.class) {
      Scalar text = scalar(node, Span.FORM, Form.TEXT);
      return at(text.line(), "", () -> Span.parse(text.text()));
    } else if (wanted.isEnum()) {
      return constant(node, wanted);
    } else if (wanted.isSealed()) {
      return oneOf(node, wanted);
    }
    return record(node, wanted.asSubclass(Record.class), Set.of());
  }

  private static boolean isNone(Node node) {
    return node instanceof Scalar scalar && scalar.text().equals(Recipe.NONE);
  }

  private static RecipeException wrongType(Node node, String expected) {
    return new RecipeException(Reason.WRONG_TYPE, node.line(), "", expected, node.described());
  }

  private static Scalar scalar(Node node, String expected, Form form) {
    if (node instanceof Scalar scalar && scalar.form() == form) {
      return scalar;
    }
    throw wrongType(node, expected);
  }

  private static boolean truth(Node node) {
    String text = scalar(node, "true or false", Form.TRUTH).text();
    if (!text.equals("true") && !text.equals("false")) {
      throw wrongType(node, "true or false in lower case");
    }
    return text.equals("true");
  }

  private static int whole(Node node) {
    if (!(node instanceof Scalar scalar && WHOLE.matcher(scalar.text()).matches())) {
      throw wrongType(node, "a whole number");
    }
    try {
      return Integer.parseInt(scalar.text());
    } catch (NumberFormatException e) {
      throw wrongType(node, "a whole number of at most " + Integer.MAX_VALUE);
    }
  }

  private static double number(Node node) {
    if (!(node instanceof Scalar scalar && NUMBER.matcher(scalar.text()).matches())) {
      throw wrongType(node, "a number");
    }
    return Double.parseDouble(scalar.text());
  }

  private static Object constant(Node node, Class<?> type) {
    List<?> constants = Arrays.asList(type.getEnumConstants());
    for (Object constant : constants) {
      if (node instanceof Scalar scalar && scalar.text().equals(name(constant))) {
        return constant;
      }
    }
    throw wrongType(node, "one of " + constants.stream().map(Binding::name).collect(Collectors.joining(", ")));
  }

  private static String name(Object constant) {
    return ((Enum<?>) constant).name().toLowerCase(Locale.ROOT);
  }

  private static List<Object> list(Node node, Type type) {
    if (!(node instanceof Items items)) {
      throw wrongType(node, "a list");
    }
    List<Object> values = new ArrayList<>();
    for (Node item : items.values()) {
      values.add(at(item.line(), "[" + values.size() + "]", () -> value(item, type)));
    }
    return values;
  }

  private static Object oneOf(Node node, Class<?> type) {
    List<String> kinds = Arrays.stream(type.getPermittedSubclasses()).map(Binding::kind).toList();
    Node kind = node instanceof Fields fields ? fields.values().get(KIND) : node;
    if (kind == null) {
      throw new RecipeException(Reason.MISSING_FIELD, node.line(), KIND, "one of " + String.join(", ", kinds),
          "no such field");
    }
    int chosen = kind instanceof Scalar scalar ? kinds.indexOf(scalar.text()) : -1;
    if (chosen < 0) {
      throw new RecipeException(Reason.WRONG_TYPE, kind.line(), node == kind ? "" : KIND,
          "one of " + String.join(", ", kinds), kind.described());
    }
    Node rest = node == kind ? new Fields(kind.line(), Map.of()) : node;
    return record(rest, type.getPermittedSubclasses()[chosen].asSubclass(Record.class), Set.of(KIND));
  }

  private static String kind(Class<?> type) {
    return type.getAnnotation(Kind.class).value();
  }

  private static <T extends Record> T record(Node node, Class<T> type, Set<String> known) {
    if (!(node instanceof Fields fields)) {
      throw wrongType(node, "fields: " + String.join(", ", names(type)));
    }
    refuseUnknown(fields, type, known);
    List<Object> values = new ArrayList<>();
    for (RecordComponent component : type.getRecordComponents()) {
      Node given = fields.values().get(component.getName());
      if (given == null && component.getAnnotation(Default.class) == null) {
        throw new RecipeException(Reason.MISSING_FIELD, fields.line(), component.getName(), "this field",
            fields.described());
      }
      values.add(given == null ? defaultOf(component)
          : at(given.line(), component.getName(), () -> value(given, component.getGenericType())));
    }
    return made(fields, type, values);
  }

  private static void refuseUnknown(Fields fields, Class<?> type, Set<String> known) {
    List<String> names = names(type);
    fields.values().forEach((name, value) -> {
      if (!names.contains(name) && !known.contains(name)) {
        String expected = names.isEmpty() ? "no fields"
            : names.size() <= SHORT_LIST ? "one of " + String.join(", ", names)
            : "another name (nearest: " + String.join(", ", Nearest.of(name, names)) + ")";
        throw new RecipeException(Reason.UNKNOWN_FIELD, value.line(), shortened(name), expected, "an unknown field");
      }
    });
  }

  private static List<String> names(Class<?> type) {
    return Arrays.stream(type.getRecordComponents()).map(RecordComponent::getName).toList();
  }

  private static String shortened(String name) {
    return name.matches("[A-Za-z0-9_-]{1,40}") ? name : quote(name);
  }

  /** What a record refuses has its component's line. */
  private static <T extends Record> T made(Fields fields, Class<T> type, List<Object> values) {
    try {
      return construct(type, values);
    } catch (RecipeException e) {
      Node field = fields.values().get(e.field().replaceFirst("[.\\[].*", ""));
      throw e.inside("", field == null ? fields.line() : field.line());
    }
  }

  private static <T extends Record> T construct(Class<T> type, List<Object> values) {
    Class<?>[] types = Arrays.stream(type.getRecordComponents()).map(RecordComponent::getType).toArray(Class<?>[]::new);
    try {
      return type.getDeclaredConstructor(types).newInstance(values.toArray());
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof RuntimeException refused) {
        throw refused;
      }
      throw new IllegalStateException(e);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  /** A record of the given components' values and the others' defaults. */
  static <T extends Record> T withDefaults(Class<T> type, Map<String, Object> given) {
    List<Object> values = new ArrayList<>();
    for (RecordComponent component : type.getRecordComponents()) {
      Object value = given.get(component.getName());
      values.add(value != null ? value : defaultOf(component));
    }
    return construct(type, values);
  }

  private static Object defaultOf(RecordComponent component) {
    Node node = DEFAULTS.computeIfAbsent(component.getAnnotation(Default.class).value(), YamlText::parse);
    return value(node, component.getGenericType());
  }

  /** The record with another value in one component. */
  static <T extends Record> T with(T record, String name, Object value) {
    List<Object> values = new ArrayList<>();
    boolean found = false;
    for (RecordComponent component : record.getClass().getRecordComponents()) {
      boolean changed = component.getName().equals(name);
      found |= changed;
      values.add(changed ? value : get(record, component));
    }
    if (!found) {
      throw new IllegalArgumentException(record.getClass() + " has no component " + name);
    }
    @SuppressWarnings("unchecked")
    Class<T> type = (Class<T>) record.getClass();
    return construct(type, values);
  }

  private static Object get(Record record, RecordComponent component) {
    try {
      return component.getAccessor().invoke(record);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  /** All of it, defaults too; {@link #read} gives an equal record for it. */
  static Node write(Object value) {
    if (value instanceof Optional<?> optional) {
      return optional.map(Binding::write).orElseGet(() -> Scalar.text(Recipe.NONE));
    } else if (value instanceof List<?> list) {
      return new Items(0, list.stream().map(Binding::write).toList());
    } else if (value instanceof Double number) {
      return new Scalar(0, Check.plain(number), Form.NUMBER);
    } else if (value instanceof Integer number) {
      return new Scalar(0, number.toString(), Form.NUMBER);
    } else if (value instanceof Boolean truth) {
      return new Scalar(0, truth.toString(), Form.TRUTH);
    } else if (value instanceof Enum<?> constant) {
      return Scalar.text(name(constant));
    } else if (value instanceof Record record && !(value instanceof Span)) {
      return fields(record);
    }
    return Scalar.text(value.toString());
  }

  private static Node fields(Record record) {
    Fields fields = new Fields();
    Kind kind = record.getClass().getAnnotation(Kind.class);
    if (kind != null && record.getClass().getRecordComponents().length == 0) {
      return Scalar.text(kind.value());
    }
    if (kind != null) {
      fields.values().put(KIND, Scalar.text(kind.value()));
    }
    for (RecordComponent component : record.getClass().getRecordComponents()) {
      fields.values().put(component.getName(), write(get(record, component)));
    }
    return fields;
  }

  /** Every value by its path, in the records' order. */
  static void flatten(Node node, String path, Map<String, String> values) {
    if (node instanceof Fields fields) {
      fields.values().forEach((name, inner) -> flatten(inner, path.isEmpty() ? name : path + "." + name, values));
    } else if (node instanceof Items items) {
      for (int i = 0; i < items.values().size(); i++) {
        flatten(items.values().get(i), path + "[" + i + "]", values);
      }
    } else if (node instanceof Scalar scalar) {
      values.put(path, scalar.text());
    }
  }

  /** What goes wrong in it is inside that field. */
  private static <T> T at(int line, String field, Supplier<T> reading) {
    try {
      return reading.get();
    } catch (RecipeException e) {
      throw e.inside(field, line);
    }
  }
}
