package org.resnet4j.modelimport.tensorflow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
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
}
