package org.resnet4j.modelimport.weights;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.resnet4j.modelimport.dialect.ArchitectureReader;
import org.resnet4j.modelimport.file.KerasFile;
import org.resnet4j.modelimport.model.Layer;
import org.resnet4j.modelimport.model.Shape;
import org.resnet4j.modelimport.model.Weight;
import org.resnet4j.modelimport.weights.WeightMatching.Architecture;
import org.resnet4j.testdata.Fixtures;

/** Files of nested, frozen and shared models from real Keras, in which each tensor is filled with its own number. */
class KerasFilesTest {
  @TempDir
  static Path folder;

  @TestFactory
  Stream<DynamicTest> everyTensorIsFound() throws IOException {
    try (ZipInputStream zip = new ZipInputStream(Fixtures.open("weight_order.zip"))) {
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        Files.write(folder.resolve(entry.getName()), zip.readAllBytes());
      }
    }
    List<DynamicTest> tests = new ArrayList<>();
    for (JsonNode model : new ObjectMapper().readTree(folder.resolve("models.json").toFile())) {
      for (JsonNode file : model.get("files")) {
        Path path = folder.resolve(file.asText());
        tests.add(dynamicTest(file.asText(), () ->
            check(model.get("model"), path, Architecture.OF_THE_FILE, layer(model.get("model"), false))));
        tests.add(dynamicTest(file.asText() + " into thawed layers", () ->
            check(model.get("model"), path, Architecture.OF_ANOTHER_FILE, layer(model.get("model"), true))));
        tests.add(dynamicTest(file.asText() + " by its configuration", () -> checkWhole(model.get("model"), path)));
      }
    }
    return tests.stream();
  }

  private static void check(JsonNode model, Path path, Architecture architecture, Layer root) {
    try (KerasFile file = KerasFile.open(path)) {
      MatchedWeights weights = WeightMatching.of(root, file, architecture);
      checkNumbers(model, weights);
    }
  }

  private static void checkWhole(JsonNode model, Path path) {
    try (KerasFile file = KerasFile.open(path)) {
      file.configuration().ifPresent(configuration -> {
        Layer root = ArchitectureReader.read(configuration, Optional.empty(), file.kerasVersion()).root();
        checkNumbers(model, WeightMatching.of(root, file, Architecture.OF_THE_FILE));
      });
    }
  }

  private static void checkNumbers(JsonNode layer, MatchedWeights weights) {
    if (layer.has("layers")) {
      layer.get("layers").forEach(child -> checkNumbers(child, weights));
      return;
    }
    for (int i = 0; i < layer.get("weights").size(); i++) {
      JsonNode weight = layer.get("weights").get(i);
      INDArray values = weights.read(layer.get("path").asText(), i, DataType.FLOAT);
      assertEquals(weight.get(3).asInt(), values.minNumber().intValue(), layer.get("path") + " " + weight);
      assertEquals(weight.get(3).asInt(), values.maxNumber().intValue(), layer.get("path") + " " + weight);
    }
  }

  /** @param thawed whether all layers are to be trainable, whatever they were */
  private static Layer layer(JsonNode row, boolean thawed) {
    List<Weight> weights = new ArrayList<>();
    row.path("weights").forEach(weight -> weights.add(new Weight(weight.get(0).asText(),
        new Shape(StreamSupport.stream(weight.get(1).spliterator(), false).map(JsonNode::asInt).toList()),
        weight.get(2).asBoolean())));
    List<Layer> children = new ArrayList<>();
    row.path("layers").forEach(child -> children.add(layer(child, thawed)));
    return new Layer(row.get("name").asText(), row.get("path").asText(), row.get("class").asText(),
        thawed || row.get("trainable").asBoolean(), weights, children, row.has("layers"));
  }
}
