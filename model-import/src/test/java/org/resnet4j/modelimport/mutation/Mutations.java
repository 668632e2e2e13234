package org.resnet4j.modelimport.mutation;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;

/** Ways to damage a file; the same seed does the same. */
final class Mutations {
  private static final ObjectMapper JSON = new ObjectMapper();
  /** What JSON's trees can't hold is put into the text in place of these. */
  private static final String DEEP = "\"@deep@\"";
  private static final String WILD = "\"@wild@\"";

  private static final List<String> WILD_NUMBERS = List.of("NaN", "Infinity", "-Infinity", "1e999", "-0.0", "1e-400",
      "2147483648", "-2147483649", "9223372036854775807", "9223372036854775808", "4611686018427387904",
      "1" + "0".repeat(350), "1" + "0".repeat(5000), "0.1e1000000000", "01", "+1");
  private static final List<String> TEXTS = List.of("", " ", "\u0000", "../../etc/passwd", "/", "a/b", "\u001b[2J", "conv",
      "\ud800", "x".repeat(70_000), "Lambda", "Functional", "Sequential", "Conv2D", "Dense", "InputLayer", "Add",
      "Flatten", "Reshape", "ZeroPadding2D", "UpSampling2D", "BatchNormalization", "GetItem", "Subtract", "Normalization",
      "SeparableConv2D", "DepthwiseConv2D", "PReLU", "TFOpLambda", "softmax", "__lambda__", "__tensor__", "same",
      "channels_first", "float64", "__keras_tensor__", "<b>", "%s%n");

  private Mutations() {}

  /** Flipped bits, bytes of meaning, pieces moved or zeroed, and cuts. */
  static byte[] ofBytes(byte[] good, Random random) {
    byte[] bad = good.clone();
    for (int change = random.nextInt(5); change >= 0; change--) {
      int at = random.nextInt(bad.length);
      int length = Math.min(bad.length - at, 1 << random.nextInt(11));
      switch (random.nextInt(8)) {
        case 0, 1 -> bad[at] ^= (byte) (1 << random.nextInt(8));
        case 2 -> bad[at] = (byte) random.nextInt();
        case 3 -> Arrays.fill(bad, at, Math.min(bad.length, at + 8), (byte) -1);
        case 4 -> Arrays.fill(bad, at, at + length, (byte) 0);
        case 5 -> System.arraycopy(good, random.nextInt(bad.length - length + 1), bad, at, length);
        case 6 -> bad[at] += (byte) (random.nextBoolean() ? 1 : -1);
        default -> {
          if (random.nextInt(8) == 0 && at > 0) {
            return Arrays.copyOf(bad, at);
          }
        }
      }
    }
    return bad;
  }

  /** A configuration with keys and elements deleted, replaced, doubled, swapped, or renamed. */
  static String ofJson(String good, Random random) {
    try {
      JsonNode root = JSON.readTree(good);
      for (int change = random.nextInt(3); change >= 0; change--) {
        List<JsonNode> containers = new ArrayList<>();
        collect(root, containers);
        change(containers.get(random.nextInt(containers.size())), containers, random);
      }
      int depth = random.nextBoolean() ? 900 : 20_000;
      String text = root.toString().replace(DEEP, "[".repeat(depth) + "]".repeat(depth))
          .replace(WILD, WILD_NUMBERS.get(random.nextInt(WILD_NUMBERS.size())));
      if (random.nextInt(20) == 0) {
        int brace = text.indexOf('{', random.nextInt(text.length()));
        return brace < 0 ? text : text.substring(0, brace + 1) + "\"name\":1,\"name\":2," + text.substring(brace + 1);
      }
      return text;
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void collect(JsonNode node, List<JsonNode> containers) {
    if (node.isContainerNode() && !node.isEmpty()) {
      containers.add(node);
      node.forEach(child -> collect(child, containers));
    }
  }

  private static void change(JsonNode node, List<JsonNode> others, Random random) {
    if (node instanceof ObjectNode object) {
      List<String> keys = new ArrayList<>();
      object.fieldNames().forEachRemaining(keys::add);
      String key = keys.get(random.nextInt(keys.size()));
      switch (random.nextInt(6)) {
        case 0 -> object.remove(key);
        case 1 -> object.set(TEXTS.get(random.nextInt(TEXTS.size())), object.remove(key));
        case 2 -> object.set(key, object.get(keys.get(random.nextInt(keys.size()))));
        default -> object.set(key, value(others, random));
      }
    } else if (node instanceof ArrayNode array) {
      int at = random.nextInt(array.size());
      switch (random.nextInt(6)) {
        case 0 -> array.remove(at);
        case 1 -> array.insert(at, array.get(random.nextInt(array.size())).deepCopy());
        case 2 -> {
          JsonNode moved = array.get(at);
          int to = random.nextInt(array.size());
          array.set(at, array.get(to));
          array.set(to, moved);
        }
        default -> array.set(at, value(others, random));
      }
    }
  }

  private static JsonNode value(List<JsonNode> others, Random random) {
    return switch (random.nextInt(12)) {
      case 0 -> JSON.getNodeFactory().nullNode();
      case 1 -> JSON.getNodeFactory().booleanNode(random.nextBoolean());
      case 2 -> JSON.getNodeFactory().numberNode(random.nextInt(7) - 3);
      case 3 -> JSON.getNodeFactory().numberNode(1 << random.nextInt(31));
      case 4 -> JSON.getNodeFactory().numberNode(random.nextGaussian() * Math.pow(10, random.nextInt(20) - 10));
      case 5 -> TextNode.valueOf(DEEP.substring(1, DEEP.length() - 1));
      case 6 -> TextNode.valueOf(WILD.substring(1, WILD.length() - 1));
      case 7 -> JSON.createArrayNode();
      case 8 -> JSON.createObjectNode();
      case 9 -> others.get(random.nextInt(others.size())).deepCopy();
      default -> TextNode.valueOf(TEXTS.get(random.nextInt(TEXTS.size())));
    };
  }

  /** The JSON object that begins with this text, in the place of the old one, if it isn't longer. */
  static byte[] ofJsonWithin(byte[] good, String beginning, Random random) {
    String text = new String(good, ISO_8859_1);
    int begin = text.indexOf(beginning);
    int end = begin;
    int depth = 0;
    do {
      depth += switch (text.charAt(end++)) {
        case '{' -> 1;
        case '}' -> -1;
        default -> 0;
      };
    } while (depth > 0);
    byte[] changed = ofJson(text.substring(begin, end), random).getBytes(UTF_8);
    byte[] bad = good.clone();
    int length = Math.min(changed.length, end - begin);
    System.arraycopy(changed, 0, bad, begin, length);
    Arrays.fill(bad, begin + length, end, (byte) ' ');
    return bad;
  }

  /** An archive whose entries, or whose own bytes, are changed; the entries' checksums are right. */
  static byte[] ofArchive(byte[] good, Random random) {
    if (random.nextInt(4) == 0) {
      return ofBytes(good, random);
    }
    Map<String, byte[]> entries = entries(good);
    List<String> names = new ArrayList<>(entries.keySet());
    String name = names.get(random.nextInt(names.size()));
    switch (random.nextInt(8)) {
      case 0 -> entries.remove(name);
      case 1 -> entries.put(TEXTS.get(random.nextInt(TEXTS.size())), entries.get(name));
      case 2 -> entries.put(name, entries.get(names.get(random.nextInt(names.size()))));
      case 3 -> entries.put(name, new byte[random.nextInt(1 << 22)]);
      case 4 -> entries.put(name, ofBytes(entries.get(name), random));
      case 5, 6 -> entries.put("model.weights.h5", ofBytes(entries.get("model.weights.h5"), random));
      default -> {
        Collections.shuffle(names, random);
        Map<String, byte[]> shuffled = new LinkedHashMap<>();
        names.forEach(n -> shuffled.put(n, entries.get(n)));
        return zip(shuffled, random.nextBoolean());
      }
    }
    return zip(entries, random.nextBoolean());
  }

  /** An archive with another configuration. */
  static byte[] ofArchivesJson(byte[] good, Random random) {
    Map<String, byte[]> entries = entries(good);
    entries.computeIfPresent("config.json", (name, text) -> ofJson(utf8(text), random).getBytes(UTF_8));
    return zip(entries, true);
  }

  static String utf8(byte[] text) {
    return new String(text, UTF_8);
  }

  static Map<String, byte[]> entries(byte[] archive) {
    Map<String, byte[]> entries = new LinkedHashMap<>();
    try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(archive))) {
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        entries.put(entry.getName(), zip.readAllBytes());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return entries;
  }

  static byte[] zip(Map<String, byte[]> entries, boolean stored) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      for (Map.Entry<String, byte[]> content : entries.entrySet()) {
        ZipEntry entry = new ZipEntry(
            content.getKey().replace('\ud800', '?').substring(0, Math.min(content.getKey().length(), 60_000)));
        if (stored) {
          CRC32 checksum = new CRC32();
          checksum.update(content.getValue());
          entry.setMethod(ZipEntry.STORED);
          entry.setSize(content.getValue().length);
          entry.setCrc(checksum.getValue());
        }
        zip.putNextEntry(entry);
        zip.write(content.getValue());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }
}
