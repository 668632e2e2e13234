package org.resnet4j.modelimport.pytorch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.resnet4j.modelimport.ModelImportException;
import org.resnet4j.modelimport.ModelImportException.Damaged;
import org.resnet4j.modelimport.ModelImportException.UnsupportedType;
import org.resnet4j.modelimport.ModelImportException.WrongFormat;

/** Files that PyTorch wrote are read to the bit; other kinds of file are told apart. */
class PyTorchFileTest {
  @TempDir
  Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"tensors.pth", "tensors_protocol4.pth", "tensors_legacy.pth", "tensors_legacy_protocol5.pth"})
  void tensorsOfEveryTypeAndLayoutAreReadToTheBit(String file) {
    JsonNode expected = TorchFixtures.json("tensors.json").get("tensors");
    try (PyTorchFile read = PyTorchFile.open(TorchFixtures.copy(file, folder))) {
      List<String> names = new ArrayList<>();
      expected.fieldNames().forEachRemaining(names::add);
      // PyTorch's stream has no uint16.
      assertEquals(file.contains("legacy") ? names.size() - 1 : names.size(), read.shapes().size());
      read.shapes().keySet().forEach(name -> assertSame(name, expected.get(name), read));
    }
  }

  @Test
  void safetensorsWhoseFirstByteIsAPicklesAreNoPickle() throws IOException {
    byte[] safetensors = new byte[8 + 0x280];
    Arrays.fill(safetensors, (byte) ' ');
    byte[] start = {(byte) 0x80, 2, 0, 0, 0, 0, 0, 0, '{', '}'};
    System.arraycopy(start, 0, safetensors, 0, start.length);
    assertFalse(PyTorchFile.looksLikeOne(Files.write(folder.resolve("weights.safetensors"), safetensors)));
    for (String name : List.of("basic_legacy.pth", "tensors_legacy_protocol5.pth", "resnet_legacy.pkl", "basic.pth")) {
      assertTrue(PyTorchFile.looksLikeOne(TorchFixtures.copy(name, folder)), name);
    }
  }

  @Test
  void aModuleGivesWhatItsStateDictWouldGive() {
    JsonNode expected = TorchFixtures.json("tensors.json").get("module");
    try (PyTorchFile read = PyTorchFile.open(TorchFixtures.copy("module.pt", folder))) {
      List<String> names = new ArrayList<>();
      expected.fieldNames().forEachRemaining(names::add);
      assertEquals(names, new ArrayList<>(read.shapes().keySet()));
      names.forEach(name -> assertSame(name, expected.get(name), read));
    }
  }

  private static void assertSame(String name, JsonNode expected, PyTorchFile read) {
    INDArray found = read.read(name);
    assertEquals(DataType.FLOAT, found.dataType(), name);
    assertArrayEquals(TorchFixtures.longs(expected.get("shape")), found.shape(), name);
    assertArrayEquals(found.shape(), read.shapes().get(name), name);
    double[] values = TorchFixtures.doubles(expected.get("values"));
    assertEquals(values.length, found.length(), name);
    for (int i = 0; i < values.length; i++) {
      assertEquals((float) values[i], found.isScalar() ? found.getFloat(0)
          : found.dup('c').reshape(values.length).getFloat(i), name + " " + i);
    }
  }

  @Test
  void bothFormatsAndTheCheckpointHoldTheSameNet() {
    Map<String, INDArray> plain = tensors("basic.pth", "");
    assertEquals(plain, tensors("basic_legacy.pth", ""));
    assertEquals(plain.keySet(), tensors("checkpoint.pth.tar", "module.").keySet());
    assertEquals(plain.keySet(), tensors("basic_half.pt", "").keySet());
    assertTrue(plain.containsKey("layer1.0.bn1.num_batches_tracked"));
  }

  private Map<String, INDArray> tensors(String file, String prefix) {
    try (PyTorchFile read = PyTorchFile.open(TorchFixtures.copy(file, folder))) {
      Map<String, INDArray> tensors = new LinkedHashMap<>();
      read.shapes().keySet().forEach(name -> tensors.put(name.substring(prefix.length()), read.read(name)));
      return tensors;
    }
  }

  @Test
  void aPickleOfPythonTwoIsRead() {
    PickleBytes pickle = PickleBytes.pickle().global("collections", "OrderedDict").op(']', ']', '(', 'U').raw(1)
        .op('w').raw(PickleBytes.fragment().goodTensor().bytes()).op('e', 'a').raw(0x85).op('R', '.');
    try (PyTorchFile read = PyTorchFile.open(pickle.stream(folder.resolve("old.pth"), 1, 2, 3, 4))) {
      assertArrayEquals(new float[] {1, 2, 3, 4}, read.read("w").reshape(4).toFloatVector());
    }
  }

  @Test
  void aTorchScriptProgramIsRefusedWithTheWayOut() {
    WrongFormat refused = refused(WrongFormat.class, TorchFixtures.copy("script.pt", folder));
    assertTrue(refused.getMessage().contains("TorchScript") && refused.remedy().contains("torch.jit.load"),
        refused.getMessage());
  }

  @Test
  void complexAndSparseTensorsAreRefused() {
    assertTrue(refused(UnsupportedType.class, TorchFixtures.copy("complex.pth", folder)).object().contains("\"z\""));
    ModelImportException sparse =
        refused(ModelImportException.Unsafe.class, TorchFixtures.copy("sparse.pth", folder));
    assertTrue(sparse.found().contains("torch.serialization._get_layout"), sparse.getMessage());
  }

  @Test
  void theTarOfOldPyTorchIsRefused() throws IOException {
    byte[] tar = new byte[1024];
    System.arraycopy("ustar".getBytes(StandardCharsets.US_ASCII), 0, tar, 257, 5);
    assertTrue(refused(WrongFormat.class, Files.write(folder.resolve("old.pth"), tar)).found().contains("tar"));
  }

  @ParameterizedTest
  @CsvSource({"'',", "x", "'{\"a\":1}'", "'\u0089HDF\r\n\u001a\n'"})
  void otherFilesAreRefused(String content) throws IOException {
    Path file = Files.writeString(folder.resolve("other"), content == null ? "" : content, StandardCharsets.ISO_8859_1);
    refused(WrongFormat.class, file);
    assertFalse(PyTorchFile.looksLikeOne(file));
  }

  @Test
  void aZipIsPyTorchsIfItHoldsThePickle() throws IOException {
    for (String name : List.of("tensors.pth", "tensors_legacy.pth", "script.pt")) {
      assertTrue(PyTorchFile.looksLikeOne(TorchFixtures.copy(name, folder)), name);
    }
    Map<String, byte[]> entries = new LinkedHashMap<>();
    entries.put("config.json", new byte[600]);
    Path zip = folder.resolve("some.zip");
    assertFalse(PyTorchFile.looksLikeOne(PickleBytes.writeZip(zip, entries, ZipEntry.STORED)));
    entries.put("net/data.pkl", new byte[1]);
    assertTrue(PyTorchFile.looksLikeOne(PickleBytes.writeZip(zip, entries, ZipEntry.STORED)));
  }

  @Test
  void aMissingFileAndAFolderAreUnreadable() {
    refused(ModelImportException.Unreadable.class, folder.resolve("missing"));
    refused(ModelImportException.Unreadable.class, folder);
  }

  @ParameterizedTest
  @ValueSource(strings = {"tensors.pth", "tensors_legacy.pth"})
  void aFileCutAnywhereIsRefused(String name) throws IOException {
    Path file = TorchFixtures.copy(name, folder);
    assertTrue(PyTorchFile.looksLikeOne(file));
    byte[] whole = Files.readAllBytes(file);
    for (int length = 0; length < whole.length; length += 97) {
      Path cut = Files.write(folder.resolve("cut"), Arrays.copyOf(whole, length));
      refused(ModelImportException.class, cut);
    }
  }

  @Test
  void bytesAfterTheLastStorageAreRefused() throws IOException {
    byte[] whole = Files.readAllBytes(TorchFixtures.copy("tensors_legacy.pth", folder));
    Path longer = Files.write(folder.resolve("longer"), Arrays.copyOf(whole, whole.length + 1));
    assertTrue(refused(Damaged.class, longer).expected().contains("nothing after"));
  }

  @Test
  void aTensorThatIsntThereIsNamed() {
    try (PyTorchFile read = PyTorchFile.open(TorchFixtures.copy("tensors.pth", folder))) {
      ModelImportException missing = assertThrows(ModelImportException.WeightsDiffer.class, () -> read.read("none"));
      assertTrue(missing.object().contains("\"none\"") && missing.file().endsWith("tensors.pth"), missing.getMessage());
    }
  }

  private static <T extends ModelImportException> T refused(Class<T> type, Path file) {
    ModelImportException refused =
        assertThrows(ModelImportException.class, () -> PyTorchFile.open(file).close(), file.toString());
    assertEquals(file.toString(), refused.file());
    return assertInstanceOf(type, refused, refused.getMessage());
  }
}
