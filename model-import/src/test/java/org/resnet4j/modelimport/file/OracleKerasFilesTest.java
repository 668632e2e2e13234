package org.resnet4j.modelimport.file;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.resnet4j.modelimport.ModelImportException;
import org.resnet4j.modelimport.file.KerasFile.Kind;

/** The shared files of real Keras, which aren't part of the repository. */
class OracleKerasFilesTest {
  private static final Path ORACLES = Path.of("..", "..", "shared", "oracles", "keras");

  @BeforeAll
  static void lookForThem() {
    assumeTrue(Files.isDirectory(ORACLES), "no shared oracles beside the repository");
  }

  private static List<Path> files(String pattern) throws IOException {
    try (Stream<Path> files = Files.find(ORACLES, 2,
        (path, attributes) -> attributes.isRegularFile() && path.toString().replace('\\', '/').matches(pattern))) {
      return files.sorted().toList();
    }
  }

  /** All arrays by path. */
  private static Map<String, INDArray> arrays(KerasFile file) {
    Map<String, INDArray> arrays = new TreeMap<>();
    Deque<Hdf5Group> groups = new ArrayDeque<>(List.of(file.weights()));
    for (Hdf5Group group; (group = groups.poll()) != null;) {
      for (String child : group.children()) {
        Hdf5Group parent = group;
        group.dataset(child).ifPresentOrElse(dataset -> {
          INDArray array = dataset.read(DataType.FLOAT);
          assertArrayEquals(dataset.shape(), array.shape());
          arrays.put(dataset.path(), array);
        }, () -> {
          if (!child.startsWith("optimizer")) {
            groups.add(parent.group(child).orElseThrow());
          }
        });
      }
    }
    return arrays;
  }

  private static List<String> contents(Path path) {
    try (KerasFile file = KerasFile.open(path)) {
      return arrays(file).values().stream().map(array -> Arrays.toString(array.shape())
          + Arrays.hashCode(array.reshape(array.length()).toFloatVector())).sorted().toList();
    }
  }

  private static Kind kind(Path path) {
    String name = path.getFileName().toString();
    return name.endsWith(".keras") ? Kind.KERAS_ARCHIVE
        : name.endsWith(".weights.h5") ? Kind.WEIGHTS_BY_POSITION
        : name.endsWith("w.h5") ? Kind.WEIGHTS_BY_NAME : Kind.MODEL_HDF5;
  }

  @Test
  void everyGoodFileOpensAsWhatItIs() throws IOException {
    List<Path> files = files(".*/keras/(?!broken).*/k[0-9w]+(\\.weights)?\\.(h5|keras)");
    assertTrue(files.size() > 50, files.size() + " files");
    for (Path path : files) {
      try (KerasFile file = KerasFile.open(path)) {
        Kind kind = kind(path);
        assertEquals(kind, file.kind(), path.toString());
        boolean whole = kind == Kind.MODEL_HDF5 || kind == Kind.KERAS_ARCHIVE;
        assertEquals(whole, file.configuration().isPresent(), path.toString());
        file.configuration().ifPresent(json -> assertTrue(json.startsWith("{") && json.endsWith("}")));
        assertEquals(kind != Kind.WEIGHTS_BY_POSITION, file.kerasVersion().isPresent(), path.toString());
        assertEquals(path.toString().contains("compiled_adam") && kind == Kind.MODEL_HDF5,
            file.trainingConfiguration().isPresent(), path.toString());
        assertFalse(arrays(file).isEmpty());
      }
    }
  }

  @Test
  void allFormsOfAModelHoldTheSameArrays() throws IOException {
    Map<Path, List<String>> models = new TreeMap<>();
    int compared = 0;
    for (Path path : files(".*/k[23](2w|w)?(\\.weights)?\\.(h5|keras)")) {
      Path whole = path.resolveSibling(path.getFileName().toString().substring(0, 2) + ".h5");
      if (!path.equals(whole) && Files.exists(whole)) {
        assertEquals(models.computeIfAbsent(whole, OracleKerasFilesTest::contents), contents(path), path.toString());
        compared++;
      }
    }
    assertTrue(compared > 30, compared + " pairs");
  }

  @ParameterizedTest
  @ValueSource(strings = {"ok_fixed_len_attrs", "ok_gzip_chunked", "ok_libver_latest", "big_endian_weights",
      "half_weights", "no_model_config"})
  void otherStorageGivesTheSameArrays(String name) {
    try (KerasFile plain = KerasFile.open(ORACLES.resolve("broken/no_keras_version.h5"));
         KerasFile other = KerasFile.open(ORACLES.resolve("broken/" + name + ".h5"))) {
      Map<String, INDArray> expected = arrays(plain);
      Map<String, INDArray> found = arrays(other);
      assertEquals(expected.keySet(), found.keySet());
      double tolerance = name.equals("half_weights") ? 2e-3 : 0;
      expected.forEach((path, array) ->
          assertTrue(array.equalsWithEps(found.get(path), tolerance + Float.MIN_VALUE), path));
      assertTrue(plain.kerasVersion().isPresent() || plain.configuration().isPresent());
    }
  }

  @Test
  void everyArchitectureAndRecordIsRead() throws IOException {
    for (Path path : files(".*/k[0-9]+\\.json")) {
      assertTrue(KerasFile.readArchitecture(path).startsWith("{"));
    }
    List<Path> records = files(".*/io\\.npz");
    assertTrue(records.size() > 10);
    for (Path path : records) {
      try (NpzFile file = NpzFile.open(path)) {
        assertTrue(file.names().containsAll(List.of("x", "y")));
        for (String name : file.names()) {
          assertFalse(file.read(name, DataType.FLOAT).isEmpty());
        }
      }
    }
  }

  @Test
  void everyBrokenFileIsReadOrRefusedBySentence() throws IOException {
    List<String> refused = files(".*/broken/.*\\.h5").stream().filter(path -> {
      try (KerasFile file = KerasFile.open(path)) {
        return false;
      } catch (ModelImportException e) {
        return true;
      }
    }).map(path -> path.getFileName().toString()).toList();
    assertEquals(List.of("empty.h5", "text.h5", "truncated.h5", "truncated_tail.h5", "zip_named.h5"), refused);
  }
}
