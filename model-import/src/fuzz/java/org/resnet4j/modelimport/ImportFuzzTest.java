package org.resnet4j.modelimport;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.resnet4j.modelimport.dialect.ArchitectureReader;
import org.resnet4j.modelimport.file.NpzFile;
import org.resnet4j.testdata.Fixtures;

/** Any bytes end in a network or in a {@link ModelImportException}. */
class ImportFuzzTest {
  @TempDir
  static Path folder;

  static Stream<byte[]> hdf5() throws IOException {
    return Stream.of(entry("transfer_functional", "k2.h5"), entry("train_adam_k3", "k3.h5"));
  }

  static Stream<byte[]> archive() throws IOException {
    return Stream.of(entry("transfer_functional", "k3.keras"), entry("train_adam_k2", "k2.keras"));
  }

  static Stream<byte[]> npz() throws IOException {
    return Stream.of(entry("transfer_functional", "io.npz"));
  }

  static Stream<byte[]> architecture() throws IOException {
    return Stream.of(entry("transfer_functional", "k2.json"), entry("transfer_functional", "k3.json"));
  }

  private static byte[] entry(String fixture, String name) throws IOException {
    try (InputStream in = Fixtures.open("keras/" + fixture + ".zip"); ZipInputStream zip = new ZipInputStream(in)) {
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        if (entry.getName().equals(name)) {
          return zip.readAllBytes();
        }
      }
    }
    throw new IOException("no " + name + " in " + fixture);
  }

  @MethodSource
  @FuzzTest(maxDuration = "5m")
  void hdf5(byte[] bytes) throws IOException {
    load(Files.write(folder.resolve("fuzzed.h5"), bytes));
  }

  @MethodSource
  @FuzzTest(maxDuration = "5m")
  void archive(byte[] bytes) throws IOException {
    load(Files.write(folder.resolve("fuzzed.keras"), bytes));
  }

  private static void load(Path file) {
    try {
      KerasImport.load(file);
    } catch (ModelImportException e) {
      check(e);
    }
  }

  @MethodSource
  @FuzzTest(maxDuration = "5m")
  void npz(byte[] bytes) throws IOException {
    try (NpzFile file = NpzFile.open(Files.write(folder.resolve("fuzzed.npz"), bytes))) {
      for (String name : file.names()) {
        file.read(name, DataType.FLOAT);
      }
    } catch (ModelImportException e) {
      check(e);
    }
  }

  @MethodSource
  @FuzzTest(maxDuration = "5m")
  void architecture(byte[] bytes) {
    try {
      ArchitectureReader.read(new String(bytes, UTF_8), Optional.empty(), Optional.empty());
    } catch (ModelImportException e) {
      check(e.in("fuzzed.json"));
    }
  }

  private static void check(ModelImportException e) {
    if (e.file() == null || e.expected().isBlank() || e.found().isBlank() || e.remedy().isBlank()
        || e.getMessage().chars().anyMatch(Character::isISOControl)) {
      throw new AssertionError("no sentence: " + e.getMessage(), e);
    }
  }
}
