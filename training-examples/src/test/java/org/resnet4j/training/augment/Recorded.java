package org.resnet4j.training.augment;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Base64;
import java.util.Iterator;
import java.util.random.RandomGenerator;
import org.resnet4j.testdata.Fixtures;
import org.resnet4j.zoo.image.Pixels;

/** What torchvision computed, by src-test-data/scripts/torch_augmentation.py. */
final class Recorded {
  private Recorded() { }

  static JsonNode read(String name) {
    try (InputStream file = Fixtures.open("augmentation/" + name + ".json")) {
      return new ObjectMapper().readTree(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static BufferedImage image(JsonNode recorded) {
    int width = recorded.get("width").asInt();
    int height = recorded.get("height").asInt();
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    System.arraycopy(pixels(recorded.get("pixels").asText()), 0, Pixels.of(image), 0, width * height);
    return image;
  }

  /** Packed, of base64 text of R, G, B. */
  static int[] pixels(String text) {
    byte[] bytes = Base64.getDecoder().decode(text);
    int[] pixels = new int[bytes.length / 3];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (bytes[3 * i] & 0xFF) << 16 | (bytes[3 * i + 1] & 0xFF) << 8 | bytes[3 * i + 2] & 0xFF;
    }
    return pixels;
  }

  static double[] doubles(JsonNode list) {
    double[] values = new double[list.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = list.get(i).asDouble();
    }
    return values;
  }

  static float[] floats(JsonNode list) {
    float[] values = new float[list.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) list.get(i).asDouble();
    }
    return values;
  }

  /** Draws the given numbers from 0 to 1, integers as their share of the bound. */
  static RandomGenerator draws(JsonNode list) {
    Iterator<JsonNode> values = list.elements();
    return new RandomGenerator() {
      @Override public double nextDouble() {
        return values.next().asDouble();
      }

      @Override public int nextInt(int bound) {
        return (int) (nextDouble() * bound);
      }

      @Override public long nextLong() {
        throw new AssertionError("not recorded");
      }
    };
  }
}
