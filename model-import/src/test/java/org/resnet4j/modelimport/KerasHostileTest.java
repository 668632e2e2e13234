package org.resnet4j.modelimport;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.resnet4j.testdata.Fixtures;

/** Models in HDF5 files as Keras doesn't write them: legal ones compute the same, the others are refused. */
class KerasHostileTest {
  @TempDir
  private Path folder;

  @Test
  void everyFileComputesTheSameOrIsRefused() throws IOException {
    Fixtures.unpack("keras-hostile/files.zip", folder);
    JsonNode manifest;
    try (InputStream in = Fixtures.open("keras-hostile/manifest.json")) {
      manifest = new ObjectMapper().readTree(in);
    }
    List<Path> files;
    try (Stream<Path> all = Files.list(folder)) {
      files = all.filter(file -> file.toString().endsWith(".h5")).sorted().toList();
    }
    assertFalse(files.isEmpty());
    assertAll(files.stream().map(file -> () -> assertTimeoutPreemptively(Duration.ofSeconds(20),
        () -> check(file, manifest.get(file.getFileName().toString()).get("expect").asText()), file.toString())));
  }

  private void check(Path file, String expected) throws IOException {
    if (expected.equals("refuse")) {
      assertThrows(ModelImportException.class, () -> KerasImport.load(file), file.toString());
      return;
    }
    ImportedModel model;
    try {
      model = KerasImport.load(file);
    } catch (ModelImportException e) {
      if (expected.equals("either")) {
        return;
      }
      throw e;
    }
    ImportParity.check(file.toString(), model, folder.resolve("io.npz"));
  }
}
