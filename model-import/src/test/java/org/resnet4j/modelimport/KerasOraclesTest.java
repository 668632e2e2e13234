package org.resnet4j.modelimport;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every file of the recorded oracles: what must import computes what Keras computed, what must not is refused. */
class KerasOraclesTest {
  private static final Path ORACLES = Path.of("..", "..", "shared", "oracles", "keras");
  private static final List<String> REFUSED = List.of("lambda", "custom_layer");

  static List<Path> cases() throws IOException {
    if (!Files.isDirectory(ORACLES)) {
      return List.of(ORACLES);
    }
    try (Stream<Path> folders = Files.list(ORACLES)) {
      return folders.filter(Files::isDirectory).sorted().toList();
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void everyFileComputesWhatKerasComputed(Path folder) throws IOException {
    assumeTrue(Files.isDirectory(ORACLES), "no recorded oracles beside the repository");
    String name = folder.getFileName().toString();
    if (name.equals("broken")) {
      return;
    }
    for (Path file : list(folder)) {
      String fileName = file.getFileName().toString();
      if (fileName.endsWith(".json") || fileName.endsWith(".npz")) {
        continue;
      }
      if (REFUSED.contains(name)) {
        ModelImportException e = assertThrows(ModelImportException.UnsupportedLayer.class, () -> KerasImport.load(file));
        assertTrue(e.getMessage().contains(name.equals("lambda") ? "Lambda" : "ScaleBy"), e.getMessage());
        continue;
      }
      KerasOptions options = fileName.matches("k\\d+w.*")
          ? KerasOptions.DEFAULT.withArchitecture(folder.resolve(fileName.replaceFirst("w.*", ".json")))
          : KerasOptions.DEFAULT;
      ImportParity.check(file.toString(), KerasImport.load(file, options), folder.resolve("io.npz"));
    }
  }

  @Test
  void everyBrokenFileIsRefusedAndEveryOddOneComputesTheSame() throws IOException {
    assumeTrue(Files.isDirectory(ORACLES), "no recorded oracles beside the repository");
    Path folder = ORACLES.resolve("broken");
    assertAll(list(folder).stream().filter(file -> file.toString().endsWith(".h5")).map(file -> () -> {
      if (file.getFileName().toString().matches("(ok|half|big_endian)_.*")) {
        ImportParity.check(file.toString(), KerasImport.load(file), folder.resolve("io.npz"));
      } else {
        ModelImportException e = assertThrows(ModelImportException.class, () -> KerasImport.load(file), file.toString());
        assertEquals(file.toString(), e.file());
        assertFalse(e.getMessage().contains("null"), e.getMessage());
      }
    }));
  }

  private static List<Path> list(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.sorted().toList();
    }
  }
}
