package org.resnet4j.modelimport.tensorflow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.resnet4j.testdata.Fixtures;

/** The checkpoints that src-test-data/scripts/tf_slim_checkpoints.py wrote with TensorFlow. */
final class CheckpointFixtures {
  static final JsonNode RECORD = json("checkpoints");
  static final String PREFIX = "model.ckpt-7";

  private CheckpointFixtures() {}

  static JsonNode json(String name) {
    try (InputStream in = Fixtures.open("tensorflow/" + name + ".json")) {
      return new ObjectMapper().readTree(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Copies one checkpoint's files into a folder of its own within one, and gives its prefix. */
  static Path copy(String checkpoint, Path parent) throws IOException {
    Path folder = Files.createDirectories(parent.resolve(checkpoint));
    for (JsonNode file : RECORD.get("files")) {
      if (file.asText().startsWith(checkpoint + "/")) {
        try (InputStream in = Fixtures.open("tensorflow/" + file.asText())) {
          Files.write(folder.resolve(file.asText().substring(checkpoint.length() + 1)), in.readAllBytes());
        }
      }
    }
    return folder.resolve(PREFIX);
  }

  /** src-test-data/scripts/formula.py: splitmix64 of the name's FNV-1a hash and the index, in [-1, 1). */
  static float[] unitValues(String name, int count) {
    long hash = 0xCBF29CE484222325L;
    for (byte b : name.getBytes(StandardCharsets.UTF_8)) {
      hash = (hash ^ (b & 0xFF)) * 0x100000001B3L;
    }
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      long z = hash + (i + 1) * 0x9E3779B97F4A7C15L;
      z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
      z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
      z ^= z >>> 31;
      values[i] = (float) ((z >>> 40) * 0x1p-23 - 1);
    }
    return values;
  }
}
