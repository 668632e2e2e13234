package org.resnet4j.modelimport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.resnet4j.modelimport.file.NpzFile;
import org.resnet4j.modelimport.verify.Agreement;
import org.resnet4j.testdata.Fixtures;

/** Every small model that real Keras 2 and 3 saved, and every form it was saved in. */
class KerasFixturesTest {
  private static final String FOLDER = "keras/";
  private static final double TRAINING_TOLERANCE = 1e-3;
  /** 1 / n of the n = 180 pixels a channel of a training batch. */
  private static final double BESSEL = 1 / 180.0;

  @TempDir
  private Path folder;

  private static JsonNode manifest() throws IOException {
    try (InputStream in = Fixtures.open(FOLDER + "manifest.json")) {
      return new ObjectMapper().readTree(in);
    }
  }

  static List<String> cases() throws IOException {
    List<String> names = new ArrayList<>();
    manifest().fieldNames().forEachRemaining(names::add);
    return names;
  }

  static Stream<String> trained() throws IOException {
    return cases().stream().filter(name -> name.startsWith("train_"));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void whatImportsComputesWhatKerasComputed(String name) throws IOException {
    String expected = manifest().get(name).get("expect").asText();
    for (Path file : models(name)) {
      String what = name + " " + file.getFileName();
      KerasOptions options = file.getFileName().toString().matches("k\\dw.*")
          ? KerasOptions.DEFAULT.withArchitecture(folder.resolve(file.getFileName().toString().substring(0, 2) + ".json"))
          : KerasOptions.DEFAULT;
      if (expected.equals("import")) {
        ImportParity.check(what, KerasImport.load(file, options), folder.resolve("io.npz"));
      } else if (expected.equals("refuse")) {
        ModelImportException e =
            assertThrows(ModelImportException.UnsupportedLayer.class, () -> KerasImport.load(file, options), what);
        assertFalse(e.object().isEmpty(), what);
      } else {
        rightOrRefused(what, file, options);
      }
    }
  }

  private void rightOrRefused(String what, Path file, KerasOptions options) throws IOException {
    ImportedModel model;
    try {
      model = KerasImport.load(file, options);
    } catch (ModelImportException.UnsupportedLayer e) {
      assertFalse(e.object().isEmpty(), what);
      return;
    }
    ImportParity.check(what, model, folder.resolve("io.npz"));
  }

  /**
   * Losses, weights, and statistics after some steps of Keras's own optimiser, frozen layers and penalties included.
   *
   * <p>Keras 2 on TensorFlow keeps the unbiased variance, DL4J as Keras 3 the biased one.
   */
  @ParameterizedTest
  @MethodSource("trained")
  void trainsAsKerasTrained(String name) throws IOException {
    for (Path file : models(name)) {
      ImportedModel model = KerasImport.load(file);
      try (NpzFile io = NpzFile.open(folder.resolve("io.npz"))) {
        INDArray labels = io.read("train_labels", DataType.FLOAT);
        INDArray oneHot = Nd4j.zeros(labels.length(), model.graph().outputSingle(io.read("x", DataType.FLOAT)).size(1));
        for (int i = 0; i < labels.length(); i++) {
          oneHot.putScalar(i, labels.getInt(i), 1);
        }
        DataSet batch = new DataSet(io.read("train_x", DataType.FLOAT), oneHot);
        INDArray losses = io.read("train_losses", DataType.FLOAT);
        for (int step = 0; step < losses.length(); step++) {
          model.graph().fit(batch);
          assertEquals(losses.getDouble(step), model.graph().score(), TRAINING_TOLERANCE * losses.getDouble(0),
              name + " " + file.getFileName() + " loss of step " + step);
        }
        INDArray after = model.graph().outputSingle(io.read("train_x", DataType.FLOAT));
        double tolerance = name.endsWith("_k2") ? TRAINING_TOLERANCE + BESSEL : TRAINING_TOLERANCE;
        assertClose(name + " output after", io.read("y_after", DataType.FLOAT), after, tolerance);
        for (String array : io.names()) {
          if (array.startsWith("after__")) {
            String[] parts = array.split("__");
            INDArray found = model.graph().getLayer(parts[1]).getParam(switch (parts[2]) {
              case "kernel" -> "W";
              case "bias" -> "b";
              case "moving_mean" -> "mean";
              case "moving_variance" -> "var";
              default -> parts[2];
            });
            INDArray expected = io.read(array, DataType.FLOAT);
            assertClose(name + " " + array, expected.rank() == 4 ? expected.permute(3, 2, 0, 1) : expected,
                found.reshape(expected.rank() == 4 ? found.shape() : expected.shape()),
                parts[2].equals("moving_variance") ? tolerance : TRAINING_TOLERANCE);
          }
        }
      }
    }
  }

  private static void assertClose(String what, INDArray expected, INDArray found, double tolerance) {
    double difference = expected.sub(found).amaxNumber().doubleValue();
    double largest = expected.amaxNumber().doubleValue();
    assertTrue(difference <= tolerance * Math.max(largest, 0.1),
        what + ": " + difference + " of " + largest);
  }

  /** Unpacks a case; its model files. */
  private List<Path> models(String name) throws IOException {
    Fixtures.unpack(FOLDER + name + ".zip", folder);
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> file.toString().matches(".*\\.(h5|keras)")).sorted().toList();
    }
  }
}
