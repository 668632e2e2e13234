package org.resnet4j.modelimport;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.resnet4j.modelimport.dialect.ArchitectureReader;
import org.resnet4j.modelimport.file.NpzFile;
import org.resnet4j.modelimport.pytorch.PyTorchFile;
import org.resnet4j.modelimport.pytorch.PyTorchNames;
import org.resnet4j.modelimport.tensorflow.Checkpoint;
import org.resnet4j.modelimport.tensorflow.SlimCheckpoint;
import org.resnet4j.testdata.Fixtures;
import org.resnet4j.zoo.weights.Safetensors;
import org.resnet4j.zoo.weights.TensorSource;
import org.resnet4j.zoo.weights.WeightsException;

/** Any bytes end in a network, in tensors, or in a {@link ModelImportException}; of safetensors {@link WeightsException}. */
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

  static Stream<byte[]> pickle() throws IOException {
    return Stream.of(file("pytorch/tensors_legacy.pth"), file("pytorch/tensors_legacy_protocol5.pth"));
  }

  static Stream<byte[]> torchArchive() throws IOException {
    return Stream.of(file("pytorch/tensors.pth"), file("pytorch/module.pt"));
  }

  static Stream<byte[]> checkpointIndex() throws IOException {
    return Stream.of(file("tensorflow/types_v2/model.ckpt-7.index"));
  }

  static Stream<byte[]> oldCheckpoint() throws IOException {
    return Stream.of(file("tensorflow/types_v1/model.ckpt-7"));
  }

  static Stream<byte[]> safetensors() throws IOException {
    Path small = folder.resolve("seed.safetensors");
    Safetensors.write(small, source(Map.of("a.weight", Nd4j.ones(2, 3), "a.bias", Nd4j.zeros(3))), Map.of("k", "v"));
    return Stream.of(Files.readAllBytes(small));
  }

  private static TensorSource source(Map<String, INDArray> tensors) {
    return new TensorSource() {
      @Override
      public String name() {
        return "seed";
      }

      @Override
      public Map<String, long[]> shapes() {
        return tensors.entrySet().stream().collect(Collectors.toMap(Map.Entry::getKey, e -> e.getValue().shape()));
      }

      @Override
      public INDArray read(String tensor) {
        return tensors.get(tensor);
      }
    };
  }

  private static byte[] file(String fixture) throws IOException {
    try (InputStream in = Fixtures.open(fixture)) {
      return in.readAllBytes();
    }
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

  @MethodSource
  @FuzzTest(maxDuration = "5m")
  void pickle(byte[] bytes) throws IOException {
    torch(bytes);
  }

  @MethodSource
  @FuzzTest(maxDuration = "5m")
  void torchArchive(byte[] bytes) throws IOException {
    torch(bytes);
  }

  private static void torch(byte[] bytes) throws IOException {
    try (PyTorchFile file = PyTorchFile.open(Files.write(folder.resolve("fuzzed.pth"), bytes))) {
      readAll(file);
      PyTorchNames.model(PyTorchNames.canonical(file));
    } catch (ModelImportException e) {
      check(e);
    }
  }

  /** The data file is the fixture's own. */
  @MethodSource
  @FuzzTest(maxDuration = "5m")
  void checkpointIndex(byte[] bytes) throws IOException {
    Path data = folder.resolve("fuzzed.ckpt.data-00000-of-00001");
    if (Files.notExists(data)) {
      Files.write(data, file("tensorflow/types_v2/model.ckpt-7.data-00000-of-00001"));
    }
    checkpoint(Files.write(folder.resolve("fuzzed.ckpt.index"), bytes));
  }

  @MethodSource
  @FuzzTest(maxDuration = "5m")
  void oldCheckpoint(byte[] bytes) throws IOException {
    checkpoint(Files.write(folder.resolve("fuzzed"), bytes));
  }

  private static void checkpoint(Path path) {
    try {
      Checkpoint checkpoint = Checkpoint.open(path);
      readAll(checkpoint);
      SlimCheckpoint.of(checkpoint, SlimCheckpoint.Averages.USE).spec();
    } catch (ModelImportException e) {
      check(e);
    }
  }

  @MethodSource
  @FuzzTest(maxDuration = "5m")
  void safetensors(byte[] bytes) throws IOException {
    try (Safetensors file = Safetensors.open(Files.write(folder.resolve("fuzzed.safetensors"), bytes))) {
      readAll(file);
    } catch (WeightsException e) {
      if (e.getMessage().isBlank() || e.getMessage().chars().anyMatch(Character::isISOControl)) {
        throw new AssertionError("no sentence: " + e.getMessage(), e);
      }
    }
  }

  /** What one tensor throws keeps no other from being read. */
  private static void readAll(TensorSource file) {
    for (String name : file.shapes().keySet()) {
      try {
        file.read(name);
      } catch (ModelImportException e) {
        check(e);
      }
    }
  }

  private static void check(ModelImportException e) {
    if (e.file() == null || e.expected().isBlank() || e.found().isBlank() || e.remedy().isBlank()
        || e.getMessage().chars().anyMatch(Character::isISOControl)) {
      throw new AssertionError("no sentence: " + e.getMessage(), e);
    }
  }
}
