package org.resnet4j.training.recipe;

import static org.resnet4j.training.recipe.RecipeException.quote;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import com.fasterxml.jackson.dataformat.yaml.snakeyaml.error.MarkedYAMLException;
import com.fasterxml.jackson.dataformat.yaml.util.StringQuotingChecker;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.resnet4j.training.recipe.Node.Fields;
import org.resnet4j.training.recipe.Node.Items;
import org.resnet4j.training.recipe.Node.Scalar;
import org.resnet4j.training.recipe.Node.Scalar.Form;
import org.resnet4j.training.recipe.RecipeException.Reason;

/**
 * The part of YAML that recipes are written in: one document of fields, lists and values. Aliases, which make small
 * files large, and tags, which choose Java classes, are refused, and so is a field that comes twice.
 */
final class YamlText {
  /** How many characters. */
  static final int LONGEST = 64 << 10;
  private static final int DEEPEST = 16;

  private static final YAMLFactory YAML = YAMLFactory.builder()
      .streamReadConstraints(
          StreamReadConstraints.builder().maxNestingDepth(DEEPEST).maxDocumentLength(LONGEST).build())
      .enable(YAMLParser.Feature.PARSE_BOOLEAN_LIKE_WORDS_AS_STRINGS)
      .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
      .disable(YAMLGenerator.Feature.SPLIT_LINES)
      .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
      .stringQuotingChecker(new Quoting())
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
      throw syntax(e);
    } catch (IOException e) {
      throw new UncheckedIOException(e); // of a text in memory
    }
  }

  /** Of Jackson's exceptions the deprecated one alone says where the mistake is, not what it is inside of. */
  @SuppressWarnings("deprecation")
  private static RecipeException syntax(JsonProcessingException e) {
    int line = e.getLocation() == null ? 0 : Math.max(0, e.getLocation().getLineNr());
    String message = e.getOriginalMessage();
    if (e instanceof MarkedYAMLException marked && marked.getProblemMark() != null) {
      line = marked.getProblemMark().getLine() + 1;
      message = marked.getProblem();
    }
    return new RecipeException(Reason.SYNTAX, line, "", "YAML",
        quote(message == null ? "something else" : message.lines().findFirst().orElse("")));
  }

  private int line() {
    return parser.currentTokenLocation().getLineNr();
  }

  private Node node(String path) throws IOException {
    if (parser.isCurrentAlias() || parser.getTypeId() != null) {
      throw new RecipeException(Reason.REFERENCE, line(), path, "a plain value", "an alias (*) or a tag (!)");
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

  /** Jackson's own lets through what it reads as a number, such as .inf. */
  private static final class Quoting extends StringQuotingChecker {
    private static final long serialVersionUID = 1;
    private static final Pattern PLAIN =
        Pattern.compile("(\\d+(\\.\\d+)? )?[A-Za-z]([A-Za-z0-9 ,._/()-]*[A-Za-z0-9.)])?");

    @Override
    public boolean needToQuoteName(String name) {
      return needToQuoteValue(name);
    }

    @Override
    public boolean needToQuoteValue(String value) {
      return isReservedKeyword(value) || !PLAIN.matcher(value).matches();
    }
  }
}
