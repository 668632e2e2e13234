package org.resnet4j.modelimport.file;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.resnet4j.modelimport.ModelImportException;
import org.resnet4j.modelimport.ModelImportException.Damaged;
import org.resnet4j.modelimport.ModelImportException.UnsupportedType;
import org.resnet4j.modelimport.ModelImportException.WrongFormat;
import org.resnet4j.modelimport.file.KerasFile.Kind;

/** What h5py wrote, in the oldest and the newest form of HDF5. */
class Hdf5ReadingTest {
  private static final long[] SHAPE = {2, 3, 5};

  @TempDir
  Path folder;

  private KerasFile open(String name) {
    return KerasFile.open(HostileFiles.fixture(folder, name));
  }

  private static void assertValues(String name, INDArray array, DataType type) {
    boolean unsigned = name.matches("(le_|be_)?u.");
    assertEquals(type, array.dataType());
    assertEquals('c', array.ordering());
    assertArrayEquals(SHAPE, array.shape(), name);
    assertArrayEquals(IntStream.range(0, 30).mapToDouble(i -> 2 * i - (unsigned ? 0 : 20)).toArray(),
        array.reshape(30).toDoubleVector(), name);
  }

  @ParameterizedTest
  @ValueSource(strings = {"types.h5", "types_latest.h5"})
  void everyTypeAndLayoutHasItsValues(String name) {
    try (KerasFile file = open(name)) {
      Hdf5Group types = file.weights().group("types").orElseThrow();
      int arrays = 0;
      for (String child : types.children()) {
        Hdf5Dataset dataset = types.dataset(child).orElseThrow();
        assertEquals("/types/" + child, dataset.path());
        if (dataset.shape().length == 3) {
          assertValues(child, dataset.read(DataType.FLOAT), DataType.FLOAT);
          assertValues(child, dataset.read(DataType.DOUBLE), DataType.DOUBLE);
          arrays++;
        }
      }
      assertEquals(name.equals("types.h5") ? 25 : 24, arrays);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"types.h5", "types_latest.h5"})
  void scalarsAndEmptyArraysKeepTheirShape(String name) {
    try (KerasFile file = open(name)) {
      INDArray scalar = file.weights().dataset("types/scalar").orElseThrow().read(DataType.FLOAT);
      assertEquals(0, scalar.rank());
      assertEquals(2.5, scalar.getDouble(0));
      INDArray empty = file.weights().dataset("types/empty").orElseThrow().read(DataType.FLOAT);
      assertArrayEquals(new long[] {0, 3}, empty.shape());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"types.h5", "types_latest.h5"})
  void piecesThatGzipLeftAloneAreReadAsTheyAre(String name) {
    try (KerasFile file = open(name)) {
      Hdf5Group types = file.weights().group("types").orElseThrow();
      assertEquals(types.dataset("noise_plain").orElseThrow().read(DataType.DOUBLE),
          types.dataset("noise").orElseThrow().read(DataType.DOUBLE));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"types.h5", "types_latest.h5"})
  void textsAreReadHoweverTheyAreStored(String name) {
    try (KerasFile file = open(name)) {
      assertEquals(Kind.WEIGHTS_BY_NAME, file.kind());
      assertEquals(Optional.empty(), file.configuration());
      Hdf5Group texts = file.weights().group("texts").orElseThrow();
      assertEquals(Optional.of("h\u00e4llo"), texts.text("variable"));
      assertEquals(Optional.of("hello"), texts.text("fixed"));
      assertEquals(Optional.of("hello"), texts.text("bytes"));
      assertEquals(Optional.of(List.of("one", "", "three")), texts.texts("variables"));
      assertEquals(Optional.of(List.of("one", "", "three")), texts.texts("fixeds"));
      assertEquals(Optional.of(List.of()), texts.texts("none"));
      assertEquals(Optional.of(List.of("a", "b", "c")), texts.texts("cut"));
      assertEquals(Optional.empty(), texts.text("absent"));
      assertEquals(Optional.empty(), texts.texts("absent"));
      for (String wrong : List.of("number", "latin1", "variables", "none", "void")) {
        ModelImportException refused = assertThrows(Damaged.class, () -> texts.text(wrong), wrong);
        assertEquals("/texts, attribute " + wrong, refused.object());
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"types.h5", "types_latest.h5"})
  void groupsOfManyAreListedAndPathsFollowed(String name) {
    try (KerasFile file = open(name)) {
      Hdf5Group many = file.weights().group("many").orElseThrow();
      assertEquals(300, many.children().size());
      assertEquals("/many/layer_299", many.group("layer_299").orElseThrow().path());
      assertEquals("/a/a/kernel:0", file.weights().dataset("a/a/kernel:0").orElseThrow().path());
      assertTrue(file.weights().group("a/a/kernel:0").isEmpty());
      assertTrue(file.weights().dataset("a/a").isEmpty());
      for (String absent : List.of("", "/", "/a", "a/", "a//a", "a/b/c", ".", "..", "a/../types", "a/a/kernel:0/x",
          "\0", "\n")) {
        assertTrue(file.weights().group(absent).isEmpty(), absent);
        assertTrue(file.weights().dataset(absent).isEmpty(), absent);
      }
      assertThrows(ModelImportException.TooLarge.class, () -> file.weights().group("a/".repeat(1_000_000)));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"complex", "text", "compound", "boolean", "opaque", "x87"})
  void otherElementsAreRefused(String dataset) {
    List<String> names = dataset.equals("opaque") ? List.of("types.h5") : List.of("types.h5", "types_latest.h5");
    for (String name : names) {
      try (KerasFile file = open(name)) {
        Hdf5Group root = file.weights();
        ModelImportException refused = assertThrows(UnsupportedType.class,
            () -> root.dataset("unsupported/" + dataset).orElseThrow().read(DataType.FLOAT), name);
        assertEquals(folder.resolve(name).toString(), refused.file());
        assertEquals("/unsupported/" + dataset, refused.object());
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"types.h5", "types_latest.h5"})
  void valuesThatArentThereAreMissed(String name) {
    try (KerasFile file = open(name)) {
      Hdf5Group unsupported = file.weights().group("unsupported").orElseThrow();
      assertThrows(Damaged.class, () -> unsupported.dataset("unwritten"));
      assertThrows(Damaged.class, () -> unsupported.dataset("nothing"));
      assertThrows(Damaged.class, () -> unsupported.dataset("named_type"));
      Hdf5Dataset chunks = unsupported.dataset("unwritten_chunks").orElseThrow();
      assertThrows(Damaged.class, () -> chunks.read(DataType.FLOAT));
      Hdf5Dataset lzf = unsupported.dataset("lzf").orElseThrow();
      assertThrows(WrongFormat.class, () -> lzf.read(DataType.FLOAT));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"types.h5", "types_latest.h5"})
  void aClosedFileIsReadNoMore(String name) {
    KerasFile file = open(name);
    Hdf5Group weights = file.weights();
    file.close();
    file.close();
    assertThrows(IllegalStateException.class, weights::children);
  }
}
