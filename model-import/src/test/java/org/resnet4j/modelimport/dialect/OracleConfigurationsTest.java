package org.resnet4j.modelimport.dialect;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.jhdf.HdfFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.resnet4j.modelimport.model.KerasModel;
import org.resnet4j.modelimport.model.Layer;

/** Every good configuration that real Keras wrote becomes a model with as many weights as Keras counted. */
class OracleConfigurationsTest {
  @TestFactory
  Stream<DynamicTest> hasAsManyWeightsAsKerasCounted() throws IOException {
    Path oracles = Path.of("").toAbsolutePath().getParent().resolveSibling("shared/oracles/keras");
    assumeTrue(Files.isDirectory(oracles), "no ../shared/oracles/keras");
    JsonNode manifest = new ObjectMapper().readTree(Files.readString(oracles.resolve("manifest.json")));
    List<DynamicTest> tests = new ArrayList<>();
    manifest.properties().forEach(entry -> {
      if (!entry.getValue().has("params") || List.of("lambda", "custom_layer").contains(entry.getKey())) {
        return;
      }
      for (String name : List.of("k2.json", "k22.json", "k3.json", "k2.keras", "k3.keras", "k2.h5", "k22.h5",
          "k3.h5")) {
        Path file = oracles.resolve(entry.getKey()).resolve(name);
        if (Files.exists(file)) {
          tests.add(DynamicTest.dynamicTest(entry.getKey() + "/" + name, () -> {
            KerasModel model = read(file);
            assertEquals(entry.getValue().get("params").asLong(), weights(model.root()));
            assertEquals(name.startsWith("k3") ? KerasModel.Version.KERAS_3 : KerasModel.Version.KERAS_2,
                model.version());
            // Keras 3.15 leaves the optimizer out of a .keras file.
            assertEquals(entry.getKey().equals("compiled_adam"), model.compilation().isPresent()
                && model.compilation().get().loss().isPresent()
                && model.compilation().get().optimizer().isPresent() != name.equals("k3.keras"));
          }));
        }
      }
    });
    assertTrue(tests.size() > 60, tests.size() + " files");
    return tests.stream();
  }

  static KerasModel read(Path file) throws IOException {
    String name = file.getFileName().toString();
    if (name.endsWith(".json")) {
      return ArchitectureReader.read(Files.readString(file), Optional.empty(), Optional.empty());
    }
    if (name.endsWith(".keras")) {
      try (ZipFile zip = new ZipFile(file.toFile())) {
        return ArchitectureReader.read(
            new String(zip.getInputStream(zip.getEntry("config.json")).readAllBytes(), StandardCharsets.UTF_8),
            Optional.empty(), Optional.empty());
      }
    }
    try (HdfFile hdf = new HdfFile(file)) {
      return ArchitectureReader.read(attribute(hdf, "model_config").orElseThrow(), attribute(hdf, "training_config"),
          attribute(hdf, "keras_version"));
    }
  }

  private static Optional<String> attribute(HdfFile hdf, String name) {
    return Optional.ofNullable(hdf.getAttribute(name)).map(attribute -> attribute.getData().toString());
  }

  private static long weights(Layer layer) {
    return layer.children().stream().mapToLong(OracleConfigurationsTest::weights).sum()
        + layer.weights().stream().mapToLong(weight -> weight.shape().sizes().stream()
            .mapToLong(Integer::longValue).reduce(1, (a, b) -> a * b)).sum();
  }
}
