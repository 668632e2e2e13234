package org.resnet4j.modelexport;

import ai.onnxruntime.OrtException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.resnet4j.modelimport.ImportedModel;
import org.resnet4j.modelimport.KerasImport;
import org.resnet4j.modelimport.KerasOptions;
import org.resnet4j.modelimport.model.Shape;
import org.resnet4j.testdata.Fixtures;

/** Every model of the fixtures that can be imported from Keras goes out again. */
class KerasOnnxTest {
  private static final int ANY_SIDE = 24;

  @TempDir
  private Path folder;

  static List<String> cases() throws IOException {
    List<String> names = new ArrayList<>();
    try (InputStream in = Fixtures.open("keras/manifest.json")) {
      for (var entry : new ObjectMapper().readTree(in).properties()) {
        JsonNode expected = entry.getValue().get("expect");
        boolean whole = entry.getValue().get("files").toString().matches(".*\"k[23]\\.(h5|keras)\".*");
        if (expected.asText().equals("import") && whole) {
          names.add(entry.getKey());
        }
      }
    }
    return names;
  }

  @ParameterizedTest
  @MethodSource("cases")
  void onnxRuntimeComputesTheSame(String name) throws IOException, OrtException {
    Fixtures.unpack("keras/" + name + ".zip", folder);
    Path file;
    try (Stream<Path> files = Files.list(folder)) {
      file = files.filter(path -> path.toString().matches(".*k[23]\\.(h5|keras)")).sorted().findFirst().orElseThrow();
    }
    check(name, KerasImport.load(file));
    ImportedModel turned = KerasImport.load(file, KerasOptions.DEFAULT.withInputLayout(CNN2DFormat.NCHW));
    check(name + " for NCHW", turned);
  }

  private void check(String what, ImportedModel model) throws OrtException {
    Path onnx = folder.resolve("model.onnx");
    OnnxExport.write(model, onnx);
    List<long[]> shapes = InputShapes.of(model).values().stream()
        .map(shape -> shape.stream().mapToLong(size -> size == Shape.UNKNOWN ? ANY_SIDE : size).toArray()).toList();
    OnnxParity.check(what, model.graph(), onnx, shapes);
  }
}
