package org.resnet4j.modelimport;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.bytedeco.javacpp.Loader;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.modelimport.keras.KerasModelImport;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.resnet4j.modelimport.file.NpzFile;
import org.resnet4j.testdata.Fixtures;

/**
 * Deeplearning4j's own import agrees on files that it gets right: plain models of Keras 2 as HDF5. Others it refuses,
 * imports wrong, or dies of, and this JVM with it.
 */
class StockImportTest {
  private static final Path ORACLES = Path.of("..", "..", "shared", "oracles", "keras");
  private static final double TOLERANCE = 1e-5;

  @TempDir
  private Path folder;

  @BeforeAll
  static void needsItsNativeReader() {
    String native5 = "/org/bytedeco/hdf5/" + Loader.getPlatform();
    assumeTrue(StockImportTest.class.getResource(native5) != null, "no native HDF5 for stock import on this system");
  }

  @ParameterizedTest
  @ValueSource(strings = {"app_v1_small", "app_v2_small", "cifar_resnet20v1_w4", "cifar_resnet29v2_w4", "seed_narrow64",
      "compiled_adam", "feat_stride"})
  void agreesOnResNets(String name) throws Exception {
    assumeTrue(Files.isDirectory(ORACLES), "no recorded oracles beside the repository");
    agrees(ORACLES.resolve(name));
  }

  @ParameterizedTest
  @ValueSource(strings = {"any_size", "any_width", "compiled_sgd", "compiled_and_trained"})
  void agreesOnSmallModels(String name) throws Exception {
    try (InputStream in = Fixtures.open("keras/" + name + ".zip"); ZipInputStream zip = new ZipInputStream(in)) {
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        Files.copy(zip, folder.resolve(entry.getName()));
      }
    }
    agrees(folder);
  }

  private static void agrees(Path files) throws Exception {
    String file = files.resolve("k2.h5").toString();
    ComputationGraph stock = KerasModelImport.importKerasModelAndWeights(file, false);
    ComputationGraph ours = KerasImport.load(Path.of(file)).graph();
    assertEquals(stock.numParams(), ours.numParams());
    INDArray x;
    try (NpzFile recorded = NpzFile.open(files.resolve("io.npz"))) {
      x = recorded.read("x", DataType.FLOAT);
    }
    INDArray expected = stock.outputSingle(x);
    INDArray found = ours.outputSingle(x);
    assertArrayEquals(expected.shape(), found.shape());
    double difference = expected.sub(found).amaxNumber().doubleValue();
    assertTrue(difference <= TOLERANCE * expected.amaxNumber().doubleValue(), file + ": " + difference);
  }
}
