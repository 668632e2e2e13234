package org.resnet4j.zoo;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.resnet4j.testdata.Fixtures;

/** Reads what a framework computed (src-test-data/scripts/record.py) and compares. */
final class Recorded {
  private static final ObjectMapper JSON = new ObjectMapper();

  private Recorded() {}

  static JsonNode read(String path) {
    try (InputStream stream = Fixtures.open(path)) {
      return JSON.readTree(stream);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static int[] ints(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false).mapToInt(JsonNode::asInt).toArray();
  }

  static List<String> names(JsonNode object) {
    List<String> names = new ArrayList<>();
    object.fieldNames().forEachRemaining(names::add);
    return names;
  }

  static List<String> texts(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false).map(JsonNode::asText).toList();
  }

  /** A net's options as a record names them. */
  static ResNet.Builder options(ResNet.Builder builder, JsonNode options) {
    options.fields().forEachRemaining(option -> {
      JsonNode value = option.getValue();
      switch (option.getKey()) {
        case "dilation" -> builder.replaceStrideWithDilation(
            StreamSupport.stream(value.spliterator(), false).map(JsonNode::asBoolean).toArray(Boolean[]::new));
        case "norm" -> builder.norm(value.asText().equals("group") ? Norm.GROUP : Norm.FROZEN_BATCH);
        case "shortcut" -> builder.shortcut(switch (value.asText()) {
          case "A" -> Shortcut.ZERO_PAD;
          case "C" -> Shortcut.PROJECTION_ALWAYS;
          default -> Shortcut.PROJECTION;
        });
        case "zeroInit" -> builder.zeroInitLastNorm(value.asBoolean());
        case "head" -> builder.head(value.asBoolean());
        case "channels" -> { }
        default -> throw new IllegalArgumentException("Unknown option " + option.getKey());
      }
    });
    return builder;
  }

  /** Every sampled value within the tolerance, relative to the largest; shape and sum as well. */
  static void assertSame(String what, JsonNode expected, INDArray found, double tolerance) {
    int[] shape = ints(expected.get("shape"));
    assertArrayEquals(IntStream.of(shape).asLongStream().toArray(), found.shape(), what);
    INDArray flat = found.dup('c').reshape(found.length());
    double largest = Math.max(expected.get("largest").asDouble(), 1e-12);
    int stride = expected.get("stride").asInt();
    JsonNode values = expected.get("values");
    double worst = 0;
    for (int i = 0; i < values.size(); i++) {
      worst = Math.max(worst, Math.abs(values.get(i).asDouble() - flat.getFloat((long) i * stride)));
      assertTrue(Float.isFinite(flat.getFloat((long) i * stride)), what + " holds a value that isn't finite");
    }
    assertTrue(worst <= tolerance * largest, what + ": largest difference " + worst + " of " + largest);
    double sum = 0;
    for (float value : flat.toFloatVector()) {
      sum += value;
    }
    assertEquals(expected.get("sum").asDouble(), sum, tolerance * Math.max(expected.get("absoluteSum").asDouble(), 1e-9),
        what + ": sum");
  }

  /** An activation in NCHW, as records have it. */
  static INDArray nchw(INDArray activation, CNN2DFormat format) {
    return activation.rank() == 4 && format == CNN2DFormat.NHWC ? activation.permute(0, 3, 1, 2) : activation;
  }
}
