package org.resnet4j.zoo.weights;

import static org.resnet4j.zoo.weights.WeightsException.quote;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.resnet4j.zoo.weights.WeightsException.Reason;

/**
 * The JSON header of a safetensors file: {@code {"__metadata__": {string: string}, name: {"dtype": ..., "shape": [...],
 * "data_offsets": [begin, end]}}}, offsets counted from the header's end.
 */
record SafetensorsHeader(Map<String, String> metadata, Map<String, Entry> tensors) {
  /** Keeps a hostile header's objects below some 100 MB; a ResNet of 1,202 layers has 6,000 tensors. */
  static final int MOST_ENTRIES = 200_000;
  /** As many as ND4J has. */
  static final int MOST_DIMENSIONS = 32;

  private static final String METADATA = "__metadata__";
  private static final JsonFactory JSON = JsonFactory.builder()
      .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
      .streamReadConstraints(StreamReadConstraints.builder()
          .maxNestingDepth(3).maxNumberLength(19).maxNameLength(1000).maxStringLength(1 << 20).build())
      .build();

  /** One tensor: bytes {@code begin} to {@code end} (exclusive) after the header. */
  record Entry(ElementType type, long[] shape, long begin, long end) {
    long length() {
      return (end - begin) / type.bytes();
    }
  }

  /**
   * Reads and checks a header: each tensor's bytes match its shape, and together they fill the data, once.
   *
   * @param where names the file in messages
   * @param dataLength the bytes after the header
   */
  static SafetensorsHeader parse(Object where, Reader json, long dataLength) throws IOException {
    try (JsonParser parser = JSON.createParser(json)) {
      return new Parse(where, parser).header(dataLength);
    } catch (JsonProcessingException e) {
      throw new WeightsException(Reason.HEADER_JSON, where, "JSON without repeated keys, of little depth",
          quote(e.getOriginalMessage()), e);
    }
  }

  /** The header's bytes, padded with spaces to a multiple of 8, for float32 tensors that lie in the given order. */
  static byte[] format(Map<String, long[]> shapes, Map<String, String> metadata) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator out = JSON.createGenerator(bytes)) {
      out.writeStartObject();
      if (!metadata.isEmpty()) {
        out.writeObjectFieldStart(METADATA);
        for (Map.Entry<String, String> item : metadata.entrySet()) {
          out.writeStringField(text(item.getKey()), text(item.getValue()));
        }
        out.writeEndObject();
      }
      long begin = 0;
      for (Map.Entry<String, long[]> tensor : shapes.entrySet()) {
        long[] shape = tensor.getValue();
        long end = begin + Math.multiplyExact(length(shape), ElementType.F32.bytes());
        out.writeObjectFieldStart(text(tensor.getKey()));
        out.writeStringField("dtype", ElementType.F32.name());
        out.writeFieldName("shape");
        out.writeArray(shape, 0, shape.length);
        out.writeFieldName("data_offsets");
        out.writeArray(new long[] {begin, end}, 0, 2);
        out.writeEndObject();
        begin = end;
      }
      out.writeEndObject();
    }
    while (bytes.size() % 8 != 0) {
      bytes.write(' ');
    }
    return bytes.toByteArray();
  }

  /** Jackson would escape half a surrogate pair, which other readers refuse. */
  private static String text(String text) throws IOException {
    if (!StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
      throw new IOException("not Unicode: " + quote(text));
    }
    return text;
  }

  /**
   * The number of elements.
   *
   * @throws ArithmeticException if a long doesn't hold it
   */
  static long length(long[] shape) {
    if (Arrays.stream(shape).anyMatch(side -> side == 0)) {
      return 0;
    }
    return Arrays.stream(shape).reduce(1, Math::multiplyExact);
  }

  /** One pass over one header. */
  private static final class Parse {
    private final Object where;
    private final JsonParser parser;
    private int entries;

    Parse(Object where, JsonParser parser) {
      this.where = where;
      this.parser = parser;
    }

    SafetensorsHeader header(long dataLength) throws IOException {
      Map<String, String> metadata = new LinkedHashMap<>();
      Map<String, Entry> tensors = new LinkedHashMap<>();
      expect(parser.nextToken() == JsonToken.START_OBJECT, "an object");
      for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
        expect(parser.nextToken() == JsonToken.START_OBJECT, "an object for " + quote(name));
        if (name.equals(METADATA)) {
          readMetadata(metadata);
        } else {
          count();
          tensors.put(name, readTensor(name));
        }
      }
      expect(parser.nextToken() == null, "only spaces after the object");
      checkOffsets(tensors, dataLength);
      return new SafetensorsHeader(Collections.unmodifiableMap(metadata), Collections.unmodifiableMap(tensors));
    }

    private void readMetadata(Map<String, String> metadata) throws IOException {
      for (String key = parser.nextFieldName(); key != null; key = parser.nextFieldName()) {
        count();
        String value = parser.nextTextValue();
        expect(value != null, "a string as metadata " + quote(key));
        metadata.put(key, value);
      }
    }

    private Entry readTensor(String name) throws IOException {
      String dtype = null;
      long[] shape = null;
      long[] offsets = null;
      for (String field = parser.nextFieldName(); field != null; field = parser.nextFieldName()) {
        switch (field) {
          case "dtype" -> {
            dtype = parser.nextTextValue();
            expect(dtype != null, "a string as dtype of " + quote(name));
          }
          case "shape" -> shape = readNumbers(name, MOST_DIMENSIONS);
          case "data_offsets" -> offsets = readNumbers(name, 2);
          default -> expect(false, "dtype, shape and data_offsets only in " + quote(name) + ", not " + quote(field));
        }
      }
      expect(dtype != null && shape != null && offsets != null && offsets.length == 2,
          "a dtype, a shape and two data_offsets for " + quote(name));
      String unknown = dtype;
      ElementType type = ElementType.named(dtype).orElseThrow(() -> new WeightsException(Reason.ELEMENT_TYPE_UNKNOWN,
          where, "one of " + List.of(ElementType.values()) + " for tensor " + quote(name), quote(unknown)));
      return new Entry(type, shape, offsets[0], offsets[1]);
    }

    private long[] readNumbers(String tensor, int most) throws IOException {
      expect(parser.nextToken() == JsonToken.START_ARRAY, "lists of numbers in " + quote(tensor));
      List<Long> numbers = new ArrayList<>();
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        expect(parser.currentToken() == JsonToken.VALUE_NUMBER_INT
                && parser.getNumberType() != JsonParser.NumberType.BIG_INTEGER && parser.getLongValue() >= 0
                && numbers.size() < most,
            "at most " + most + " whole numbers from 0 in each list of " + quote(tensor));
        numbers.add(parser.getLongValue());
      }
      return numbers.stream().mapToLong(Long::longValue).toArray();
    }

    private void checkOffsets(Map<String, Entry> tensors, long dataLength) {
      long begin = 0;
      for (Map.Entry<String, Entry> tensor : tensors.entrySet().stream()
          .sorted(Map.Entry.comparingByValue(Comparator.comparingLong(Entry::begin).thenComparingLong(Entry::end)))
          .toList()) {
        Entry entry = tensor.getValue();
        String name = quote(tensor.getKey());
        if (entry.begin != begin || entry.end < begin || entry.end > dataLength) {
          throw new WeightsException(Reason.TENSOR_OFFSETS, where,
              "tensor %s to begin at %d and end by %d".formatted(name, begin, dataLength),
              "%d to %d".formatted(entry.begin, entry.end));
        }
        begin = entry.end;
        checkSize(name, entry);
      }
      if (begin != dataLength) {
        throw new WeightsException(Reason.TENSOR_OFFSETS, where, "tensors that fill " + dataLength + " bytes",
            begin + " bytes");
      }
    }

    private void checkSize(String name, Entry entry) {
      long expected;
      try {
        expected = Math.multiplyExact(SafetensorsHeader.length(entry.shape), entry.type.bytes());
      } catch (ArithmeticException tooLarge) {
        expected = -1;
      }
      if (entry.end - entry.begin != expected) {
        throw new WeightsException(Reason.TENSOR_SIZE, where, "%s bytes for tensor %s, %s %s".formatted(
            expected < 0 ? "more than 2^63" : expected, name, entry.type, Arrays.toString(entry.shape)),
            (entry.end - entry.begin) + " bytes");
      }
    }

    private void count() {
      if (++entries > MOST_ENTRIES) {
        throw new WeightsException(Reason.TOO_MANY_TENSORS, where,
            "at most " + MOST_ENTRIES + " tensors and metadata", "more");
      }
    }

    private void expect(boolean holds, String expected) throws IOException {
      if (!holds) {
        JsonToken token = parser.currentToken();
        String found = token == null ? "the end" : quote(String.valueOf(parser.getText()));
        throw new WeightsException(Reason.HEADER_FIELD, where, expected,
            found + " at character " + parser.currentTokenLocation().getCharOffset());
      }
    }
  }
}
