package org.resnet4j.modelimport.dialect;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import org.resnet4j.modelimport.ModelImportException;

/** JSON as Python writes it (NaN and Infinity are numbers), read within bounds; a name given twice is an error. */
final class ConfigurationJson {
  private static final int LONGEST_TEXT = 64 << 20;
  // A layer takes about 150 tokens; each becomes an object of some 50 bytes.
  private static final int MOST_TOKENS = 4_000_000;
  private static final int DEEPEST = 1000;

  private static final JsonMapper MAPPER = JsonMapper
      .builder(com.fasterxml.jackson.core.JsonFactory.builder()
          .streamReadConstraints(StreamReadConstraints.builder()
              .maxNestingDepth(DEEPEST).maxDocumentLength(LONGEST_TEXT).maxStringLength(1 << 20).maxNameLength(1 << 16)
              .maxNumberLength(400).maxTokenCount(MOST_TOKENS).build())
          .build())
      .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
      .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
      .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
      .build();

  private ConfigurationJson() {}

  /**
   * The text's object.
   *
   * @param what the text's name in messages
   * @throws ModelImportException.TooLarge if it is longer, deeper or more than any model's
   * @throws ModelImportException.InvalidConfiguration if it isn't a JSON object
   */
  static JsonNode parse(String text, String what) {
    if (text.length() > LONGEST_TEXT) {
      throw new ModelImportException.TooLarge(what, "at most " + LONGEST_TEXT + " characters", text.length() + "");
    }
    try {
      JsonNode json = MAPPER.readTree(text);
      if (!json.isObject()) {
        throw new ModelImportException.InvalidConfiguration(what, "a JSON object", json.getNodeType().toString());
      }
      return json;
    } catch (StreamConstraintsException e) {
      throw new ModelImportException.TooLarge(what, "JSON within this importer's bounds", reason(e));
    } catch (JsonProcessingException e) {
      throw new ModelImportException.InvalidConfiguration(what, "JSON", reason(e), e);
    }
  }

  private static String reason(JsonProcessingException e) {
    return ModelImportException.quote(String.valueOf(e.getOriginalMessage()));
  }
}
