package org.resnet4j.zoo.weights;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.preprocessor.NormalizerStandardize;
import org.nd4j.linalg.factory.Nd4j;
import org.resnet4j.zoo.weights.WeightsException.Reason;

class DL4JZipTest {
  private static final String PARAMETERS = "coefficients.bin";

  /** A Java object whose reading is visible. */
  static final class Canary implements Serializable {
    private static final long serialVersionUID = 1;
    static boolean ran;

    private void readObject(ObjectInputStream in) {
      ran = true;
    }
  }

  @TempDir
  Path folder;

  private Path zip;
  private ComputationGraph trained;

  @BeforeEach
  void save() throws IOException {
    zip = folder.resolve("model.zip");
    trained = TinyGraphs.residual(CNN2DFormat.NCHW, 3);
    trained.fit(new INDArray[] {TinyGraphs.images(CNN2DFormat.NCHW)},
        new INDArray[] {Nd4j.eye(TinyGraphs.CLASSES).castTo(DataType.FLOAT).getRows(0, 1)});
    ModelSerializer.writeModel(trained, zip.toFile(), true);
  }

  private WeightsException refused(Reason reason) {
    WeightsException refused = assertThrows(WeightsException.class, () -> DL4JZip.load(zip));
    assertEquals(reason, refused.reason(), refused.getMessage());
    assertTrue(refused.getMessage().startsWith(zip.toString()), refused.getMessage());
    return refused;
  }

  private Map<String, byte[]> entries() throws IOException {
    Map<String, byte[]> entries = new LinkedHashMap<>();
    try (ZipFile file = new ZipFile(zip.toFile())) {
      for (ZipEntry entry : (Iterable<ZipEntry>) file.stream().map(ZipEntry.class::cast)::iterator) {
        try (InputStream in = file.getInputStream(entry)) {
          entries.put(entry.getName(), in.readAllBytes());
        }
      }
    }
    return entries;
  }

  private void with(String name, byte[] content) throws IOException {
    Map<String, byte[]> entries = entries();
    entries.put(name, content);
    try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(zip))) {
      for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
        out.putNextEntry(new ZipEntry(entry.getKey()));
        out.write(entry.getValue());
        out.closeEntry();
      }
    }
  }

  private static byte[] written(INDArray array) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    Nd4j.write(array, new DataOutputStream(bytes));
    return bytes.toByteArray();
  }

  @Test
  void whatDL4JWroteIsWhatDL4JWouldRead() throws IOException {
    ComputationGraph loaded = DL4JZip.load(zip);
    ComputationGraph restored = ModelSerializer.restoreComputationGraph(zip.toFile(), true);
    assertEquals(restored.params(), loaded.params());
    assertEquals(restored.getUpdater().getStateViewArray(), loaded.getUpdater().getStateViewArray());
    assertTrue(loaded.getUpdater().getStateViewArray().norm2Number().doubleValue() > 0, "Adam has moments");
    assertEquals(restored.getConfiguration().getIterationCount(), loaded.getConfiguration().getIterationCount());
    INDArray images = TinyGraphs.images(CNN2DFormat.NCHW);
    assertArrayEquals(trained.outputSingle(images).data().asFloat(), loaded.outputSingle(images).data().asFloat());
  }

  @Test
  void withoutAnUpdaterItIsReadToo() throws IOException {
    ModelSerializer.writeModel(trained, zip.toFile(), false);
    assertEquals(trained.params(), DL4JZip.load(zip).params());
  }

  @Test
  void doublesAreRounded() throws IOException {
    with(PARAMETERS, written(trained.params().castTo(DataType.DOUBLE)));
    assertEquals(trained.params(), DL4JZip.load(zip).params());
  }

  @ParameterizedTest
  @ValueSource(strings = {"preprocessor.bin", "normalizer.bin"})
  void aJavaObjectIsRefusedUnread(String name) throws IOException {
    ByteArrayOutputStream object = new ByteArrayOutputStream();
    new ObjectOutputStream(object).writeObject(new Canary());
    with(name, object.toByteArray());
    assertTrue(refused(Reason.ENTRY_REFUSED).getMessage().contains(name));
    assertFalse(Canary.ran);
  }

  @Test
  void dl4jsOwnNormalizerIsRefusedByName() throws IOException {
    NormalizerStandardize normalizer = new NormalizerStandardize();
    normalizer.fit(new DataSet(Nd4j.rand(DataType.FLOAT, 4, 3), Nd4j.rand(DataType.FLOAT, 4, 3)));
    ModelSerializer.addNormalizerToModel(zip.toFile(), normalizer);
    assertTrue(refused(Reason.ENTRY_REFUSED).getMessage().contains("normalizer.bin"));
  }

  @Test
  void aClassThatIsNoLayerIsRefused() throws IOException {
    String json = new String(entries().get("configuration.json"), StandardCharsets.UTF_8);
    String changed = json.replaceFirst("org\\.nd4j\\.linalg\\.activations\\.impl\\.ActivationReLU",
        "javax.swing.JEditorPane");
    assertFalse(changed.equals(json));
    with("configuration.json", changed.getBytes(StandardCharsets.UTF_8));
    refused(Reason.CLASS_REFUSED);
  }

  @ParameterizedTest
  @CsvSource({"coefficients.bin, -1", "coefficients.bin, 1", "updaterState.bin, -1", "updaterState.bin, 1"})
  void anotherCountIsRefused(String name, int more) throws IOException {
    long count = name.equals(PARAMETERS) ? trained.numParams() : trained.getUpdater().getStateViewArray().length();
    with(name, written(Nd4j.zeros(DataType.FLOAT, 1, count + more)));
    refused(Reason.PARAMETER_COUNT);
  }

  @Test
  void aCountBeyondTheFileTakesNoMemory() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    out.writeUTF("MIXED_DATA_TYPES");
    out.writeLong(1L << 60);
    out.writeUTF("LONG");
    with(PARAMETERS, bytes.toByteArray());
    refused(Reason.TENSOR_SIZE);
  }

  @Test
  void aShortOrLongArrayIsRefused() throws IOException {
    byte[] whole = entries().get(PARAMETERS);
    with(PARAMETERS, Arrays.copyOf(whole, whole.length - 3));
    refused(Reason.TENSOR_SIZE);
    with(PARAMETERS, Arrays.copyOf(whole, whole.length + 3));
    refused(Reason.TENSOR_SIZE);
    with(PARAMETERS, new byte[0]);
    refused(Reason.TENSOR_SIZE);
  }

  @Test
  void aBombIsNotUnpacked() throws IOException {
    with(PARAMETERS, new byte[50 << 20]);
    refused(Reason.FILE_TOO_LARGE);
  }

  @ParameterizedTest
  @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY})
  void aValueThatNoNetworkCanUseIsRefused(float value) throws IOException {
    INDArray parameters = trained.params().dup();
    parameters.putScalar(17, value);
    with(PARAMETERS, written(parameters));
    refused(Reason.VALUE);
  }

  @ParameterizedTest
  @ValueSource(strings = {"INT", "BOOL", "UTF8", "COMPRESSED", "nonsense"})
  void valuesOfAnotherTypeAreRefused(String type) throws IOException {
    String bytes = new String(entries().get(PARAMETERS), StandardCharsets.ISO_8859_1);
    String changed = bytes.replace("\0\5FLOAT", "\0" + (char) type.length() + type);
    assertFalse(changed.equals(bytes));
    with(PARAMETERS, changed.getBytes(StandardCharsets.ISO_8859_1));
    refused(Reason.TENSOR_SIZE);
  }

  @Test
  void aMultiLayerNetworkIsRefused() throws IOException {
    MultiLayerNetwork network = new MultiLayerNetwork(
        new NeuralNetConfiguration.Builder().list(new OutputLayer.Builder().nIn(2).nOut(2).build()).build());
    network.init();
    ModelSerializer.writeModel(network, zip.toFile(), true);
    WeightsException refused = refused(Reason.CONFIGURATION);
    assertTrue(refused.getMessage().contains("MultiLayerNetwork"), refused.getMessage());
  }

  @Test
  void aMissingEntryIsNamed() throws IOException {
    Map<String, byte[]> entries = entries();
    try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(zip))) {
      out.putNextEntry(new ZipEntry("configuration.json"));
      out.write(entries.get("configuration.json"));
    }
    assertTrue(refused(Reason.FILE_MISSING).getMessage().contains(PARAMETERS));
  }

  /** Seeded. */
  @Test
  void damagedArraysGiveNoOtherException() throws IOException {
    byte[] whole = entries().get(PARAMETERS);
    Random random = new Random(9);
    int refused = 0;
    for (int round = 0; round < 100; round++) {
      byte[] bytes = whole.clone();
      bytes[random.nextInt(120)] = (byte) random.nextInt(256);
      with(PARAMETERS, bytes);
      try {
        DL4JZip.load(zip);
      } catch (WeightsException e) {
        refused++;
      }
    }
    assertTrue(refused > 20, refused + " of 100");
  }
}
