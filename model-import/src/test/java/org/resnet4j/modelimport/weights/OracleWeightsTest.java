package org.resnet4j.modelimport.weights;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.resnet4j.modelimport.ModelImportException;
import org.resnet4j.modelimport.dialect.ArchitectureReader;
import org.resnet4j.modelimport.file.KerasFile;
import org.resnet4j.modelimport.model.Layer;
import org.resnet4j.modelimport.weights.WeightMatching.Architecture;

/** The recorded models' files, each kind of which holds the same tensors. */
class OracleWeightsTest {
  private static final Path ORACLES = Path.of("").toAbsolutePath().getParent().resolveSibling("shared/oracles/keras");
  private static final List<String> WHOLE = List.of("k2.h5", "k22.h5", "k3.h5", "k2.keras", "k3.keras");
  private static final List<String> WEIGHTS = List.of("k22w.h5", "k2w.h5", "k2w.weights.h5", "k3w.weights.h5");

  @BeforeAll
  static void needsOracles() {
    assumeTrue(Files.isDirectory(ORACLES), "no ../shared/oracles/keras");
  }

  @TestFactory
  Stream<DynamicTest> allFilesOfACaseHoldTheSameTensors() throws IOException {
    try (Stream<Path> cases = Files.list(ORACLES)) {
      return cases.filter(folder -> Files.exists(folder.resolve("k2.h5")))
          .filter(folder -> !List.of("lambda", "custom_layer").contains(folder.getFileName().toString())).sorted()
          .map(folder -> dynamicTest(folder.getFileName().toString(), () -> compareFiles(folder))).toList().stream();
    }
  }

  private static void compareFiles(Path folder) throws IOException {
    Map<String, float[]> expected = tensors(folder.resolve("k2.h5"), Optional.empty());
    assertTrue(expected.size() > 4, folder.toString());
    for (String name : WHOLE) {
      if (Files.exists(folder.resolve(name))) {
        assertSame(name, expected, tensors(folder.resolve(name), Optional.empty()));
      }
    }
    for (String name : WEIGHTS) {
      // Each with another version's architecture.
      String json = name.startsWith("k3") ? "k2.json" : name.equals("k2w.h5") ? "k22.json" : "k3.json";
      if (Files.exists(folder.resolve(name)) && Files.exists(folder.resolve(json))) {
        assertSame(name + " with " + json, expected,
            tensors(folder.resolve(name), Optional.of(Files.readString(folder.resolve(json)))));
      }
    }
  }

  private static void assertSame(String what, Map<String, float[]> expected, Map<String, float[]> found) {
    assertEquals(expected.keySet(), found.keySet(), what);
    expected.forEach((tensor, values) -> assertArrayEquals(values, found.get(tensor), what + " " + tensor));
  }

  /** All tensors by {@code path/index}. */
  private static Map<String, float[]> tensors(Path path, Optional<String> architecture) {
    try (KerasFile file = KerasFile.open(path)) {
      Layer root = ArchitectureReader.read(architecture.or(file::configuration).orElseThrow(),
          file.trainingConfiguration(), file.kerasVersion()).root();
      MatchedWeights weights = WeightMatching.of(root, file,
          architecture.isPresent() ? Architecture.OF_ANOTHER_FILE : Architecture.OF_THE_FILE);
      Map<String, float[]> tensors = new LinkedHashMap<>();
      for (Layer leaf : leaves(root)) {
        for (int i = 0; i < leaf.weights().size(); i++) {
          tensors.put(leaf.path() + "/" + i, weights.read(leaf.path(), i, DataType.FLOAT).data().asFloat());
        }
      }
      return tensors;
    }
  }

  private static List<Layer> leaves(Layer layer) {
    List<Layer> leaves = new ArrayList<>();
    layer.children().forEach(child -> leaves.addAll(leaves(child)));
    return layer.model() ? leaves : List.of(layer);
  }

  @ParameterizedTest
  @CsvSource({
      "extra_group.h5, WeightsDiffer, ghost", "missing_group.h5, WeightsDiffer, conv2d_1",
      "missing_dataset.h5, WeightsDiffer, batch_normalization/moving_mean", "nan_weights.h5, InvalidValue, NaN",
      "shape_bias.h5, ShapeDiffers, bias", "shape_bn_mean.h5, ShapeDiffers, moving_mean",
      "shape_kernel_out.h5, ShapeDiffers, kernel", "shape_kernel_permuted.h5, ShapeDiffers, kernel"})
  void aDamagedFileIsRefused(String name, String kind, String part) {
    ModelImportException e = assertThrows(ModelImportException.class,
        () -> tensors(ORACLES.resolve("broken").resolve(name), Optional.empty()));
    assertEquals(kind, e.getClass().getSimpleName(), e.getMessage());
    assertTrue(e.getMessage().contains(part), e.getMessage());
  }

  @Test
  void damageThatDoesNotMatterDoesNot() {
    Path broken = ORACLES.resolve("broken");
    Map<String, float[]> expected = tensors(broken.resolve("ok_fixed_len_attrs.h5"), Optional.empty());
    for (String name : List.of("ok_gzip_chunked.h5", "ok_libver_latest.h5", "big_endian_weights.h5")) {
      assertSame(name, expected, tensors(broken.resolve(name), Optional.empty()));
    }
  }
}
