package org.resnet4j.training.recipe;

import static org.resnet4j.training.recipe.RecipeException.quote;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.resnet4j.training.recipe.Node.Fields;
import org.resnet4j.training.recipe.Node.Items;
import org.resnet4j.training.recipe.Node.Scalar;
import org.resnet4j.training.recipe.Node.Scalar.Form;
import org.resnet4j.training.recipe.RecipeException.Reason;

/**
 * The part of YAML that recipes are written in: one document of fields, lists and values. Anchors, aliases and tags,
 * which make small files large or choose Java classes, are refused, and so is a field that comes twice.
 */
final class YamlText {
  /** How many characters. */
  static final int LONGEST = 64 << 10;
  private static final int DEEPEST = 16;

  private static final YAMLFactory YAML = YAMLFactory.builder()
      .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(DEEPEST).maxDocumentLength(LONGEST).build())
      .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
      .disable(YAMLGenerator.Feature.SPLIT_LINES)
      .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
      .enable(YAMLGenerator.Feature.ALWAYS_QUOTE_NUMBERS_AS_STRINGS)
      .build();

  private final YAMLParser parser;

  private YamlText(YAMLParser parser) {
    this.parser = parser;
  }

  /** @throws RecipeException if the text is anything else than one such document */
  static Node parse(String text) {
    if (text.length() > LONGEST) {
      throw new RecipeException(Reason.TOO_LARGE, "", "at most " + LONGEST + " characters",
          text.length() + " characters");
    }
    try (YAMLParser parser = YAML.createParser(text)) {
      YamlText document = new YamlText(parser);
      if (parser.nextToken() == null) {
        throw new RecipeException(Reason.SYNTAX, "", "a recipe's fields", "an empty file");
      }
      Node node = document.node("");
      if (parser.nextToken() != null) {
        throw new RecipeException(Reason.SYNTAX, document.line(), "", "the end of the file", "a second document");
      }
      return node;
    } catch (JsonProcessingException e) {
      JsonLocation location = e.getLocation();
      int line = location == null ? 0 : Math.max(0, location.getLineNr());
      throw new RecipeException(Reason.SYNTAX, line, "", "YAML", quote(firstLine(e.getOriginalMessage())));
    } catch (IOException e) {
      throw new UncheckedIOException(e); // of a text in memory
    }
  }

  private static String firstLine(String message) {
    return message == null ? "something else" : message.lines().findFirst().orElse("");
  }

  private int line() {
    return parser.currentTokenLocation().getLineNr();
  }

  private Node node(String path) throws IOException {
    if (parser.isCurrentAlias() || parser.getObjectId() != null || parser.getTypeId() != null) {
      throw new RecipeException(Reason.REFERENCE, line(), path, "a plain value", "an anchor (&), alias (*) or tag (!)");
    }
    int line = line();
    return switch (parser.currentToken()) {
      case START_OBJECT -> fields(line, path);
      case START_ARRAY -> items(line, path);
      case VALUE_NULL -> new Scalar(line, "", Form.NOTHING);
      case VALUE_TRUE, VALUE_FALSE -> new Scalar(line, parser.getText(), Form.TRUTH);
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> new Scalar(line, parser.getText(), Form.NUMBER);
      default -> new Scalar(line, parser.getText(), Form.TEXT);
    };
  }

  private Fields fields(int line, String path) throws IOException {
    Map<String, Node> values = new LinkedHashMap<>();
    for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
      String inner = path.isEmpty() ? name : path + "." + name;
      int ofName = line();
      parser.nextToken();
      if (values.put(name, node(inner)) != null) {
        throw new RecipeException(Reason.FIELD_TWICE, ofName, inner, "each field once", "it twice");
      }
    }
    return new Fields(line, values);
  }

  private Items items(int line, String path) throws IOException {
    List<Node> values = new ArrayList<>();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      values.add(node(path + "[" + values.size() + "]"));
    }
    return new Items(line, values);
  }

  /** Block style; what {@link #parse} gives for it equals the node but for lines. */
  static String print(Node node) {
    StringWriter text = new StringWriter();
    try (YAMLGenerator generator = YAML.createGenerator(text)) {
      write(node, generator);
    } catch (IOException e) {
      throw new UncheckedIOException(e); // to a text in memory
    }
    return text.toString();
  }

  private static void write(Node node, YAMLGenerator generator) throws IOException {
    if (node instanceof Fields fields) {
      generator.writeStartObject();
      for (Map.Entry<String, Node> field : fields.values().entrySet()) {
        generator.writeFieldName(field.getKey());
        write(field.getValue(), generator);
      }
      generator.writeEndObject();
    } else if (node instanceof Items items) {
      generator.writeStartArray();
      for (Node item : items.values()) {
        write(item, generator);
      }
      generator.writeEndArray();
    } else if (node instanceof Scalar scalar) {
      switch (scalar.form()) {
        case TEXT -> generator.writeString(scalar.text());
        case NUMBER -> generator.writeNumber(scalar.text());
        case TRUTH -> generator.writeBoolean(scalar.text().equals("true"));
        case NOTHING -> generator.writeNull();
      }
    }
  }
}
