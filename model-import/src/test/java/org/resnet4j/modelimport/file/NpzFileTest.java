package org.resnet4j.modelimport.file;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.resnet4j.modelimport.ModelImportException;
import org.resnet4j.modelimport.ModelImportException.Damaged;
import org.resnet4j.modelimport.ModelImportException.Incomplete;
import org.resnet4j.modelimport.ModelImportException.TooLarge;
import org.resnet4j.modelimport.ModelImportException.Unsafe;
import org.resnet4j.modelimport.ModelImportException.UnsupportedType;
import org.resnet4j.modelimport.ModelImportException.WrongFormat;

class NpzFileTest {
  private static final double[] VALUES = IntStream.range(0, 24).mapToDouble(i -> 2 * i - 20).toArray();

  @TempDir
  Path folder;

  private static byte[] npy(int version, String header, byte[] values) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes("\u0093NUMPY".getBytes(ISO_8859_1));
    out.write(version);
    out.write(0);
    int length = header.length();
    out.writeBytes(version == 1 ? new byte[] {(byte) length, (byte) (length >> 8)}
        : ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(length).array());
    out.writeBytes(header.getBytes(ISO_8859_1));
    out.writeBytes(values);
    return out.toByteArray();
  }

  private static String header(String type, boolean fortran, String shape) {
    return "{'descr': " + type + ", 'fortran_order': " + (fortran ? "True" : "False") + ", 'shape': (" + shape
        + "), }        \n";
  }

  private static byte[] floats() {
    ByteBuffer bytes = ByteBuffer.allocate(4 * VALUES.length).order(ByteOrder.LITTLE_ENDIAN);
    for (double value : VALUES) {
      bytes.putFloat((float) value);
    }
    return bytes.array();
  }

  private NpzFile archive(byte[] npy) {
    return NpzFile.open(HostileFiles.write(folder, "io.npz", ArchiveTest.zip(Map.of("x.npy", npy))));
  }

  private INDArray read(byte[] npy) {
    try (NpzFile file = archive(npy)) {
      return file.read("x", DataType.FLOAT);
    }
  }

  private void refused(Class<? extends ModelImportException> kind, byte[] npy) {
    ModelImportException refused =
        assertTimeoutPreemptively(Duration.ofSeconds(10), () -> assertThrows(kind, () -> read(npy)));
    assertEquals(folder.resolve("io.npz").toString(), refused.file());
    assertEquals("x.npy", refused.object());
  }

  /** Written by NumPy 2.4.6: see {@code keras_hostile.py}. */
  @ParameterizedTest
  @ValueSource(strings = {"plain.npz", "compressed.npz"})
  void whatNumPyWroteIsRead(String name) {
    try (NpzFile file = NpzFile.open(HostileFiles.fixture(folder, name))) {
      assertEquals(List.of("f2", "f4", "f8", "be_f4", "i1", "u1", "i4", "i8", "fortran", "scalar", "empty", "mid__a/b",
          "objects"), file.names());
      for (String array : List.of("f2", "f4", "f8", "be_f4", "i1", "i4", "i8", "fortran", "mid__a/b")) {
        for (DataType type : List.of(DataType.FLOAT, DataType.DOUBLE)) {
          INDArray read = file.read(array, type);
          assertEquals(type, read.dataType());
          assertEquals('c', read.ordering());
          assertArrayEquals(new long[] {2, 3, 5}, read.shape(), array);
          assertArrayEquals(IntStream.range(0, 30).mapToDouble(i -> 2 * i - 20).toArray(),
              read.reshape(30).toDoubleVector(), array);
        }
      }
      assertEquals(2.5, file.read("scalar", DataType.DOUBLE).getDouble(0));
      assertEquals(0, file.read("scalar", DataType.DOUBLE).rank());
      assertArrayEquals(new long[] {0, 3}, file.read("empty", DataType.FLOAT).shape());
      assertThrows(Unsafe.class, () -> file.read("objects", DataType.FLOAT));
      assertThrows(Incomplete.class, () -> file.read("absent", DataType.FLOAT));
    }
  }

  @ParameterizedTest
  @CsvSource({"1", "2", "3"})
  void everyVersionIsRead(int version) {
    INDArray read = read(npy(version, header("'<f4'", false, "4, 6"), floats()));
    assertArrayEquals(new long[] {4, 6}, read.shape());
    assertArrayEquals(VALUES, read.reshape(24).toDoubleVector());
  }

  @Test
  void fortranOrderIsTurned() {
    INDArray read = read(npy(1, header("'<f4'", true, "4, 6"), floats()));
    assertEquals(VALUES[1], read.getDouble(1, 0));
    assertEquals(VALUES[4], read.getDouble(0, 1));
  }

  @Test
  void pickledObjectsAreNeverRead() {
    refused(Unsafe.class, npy(1, header("'|O'", false, "1,"), "\u0080\u0004cos\nsystem\n".getBytes(ISO_8859_1)));
    refused(Unsafe.class, npy(1, header("[('a', '<f4'), ('b', '|O')]", false, "1,"), new byte[8]));
  }

  @ParameterizedTest
  @ValueSource(strings = {"'<c8'", "'<U3'", "'|b1'", "'<f16'", "'|S4'", "'<M8[s]'", "[('a', '<f4')]", "'f4'", "''"})
  void otherTypesAreRefused(String type) {
    refused(UnsupportedType.class, npy(1, header(type, false, "24,"), floats()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{}", "{'descr': '<f4', 'fortran_order': False, 'shape': (24,), 'x': 1}\n",
      "{'descr': __import__('os').system('true'), 'shape': (24,)}\n", "{'descr': '<f4', 'fortran_order': 0, "
      + "'shape': (24,), }\n", "{'descr': '<f4', 'fortran_order': False, 'shape': (-24,), }\n"})
  void otherHeadersAreRefused(String header) {
    refused(Damaged.class, npy(1, header, floats()));
  }

  @Test
  void sizesThatDontFitAreRefused() {
    refused(Damaged.class, npy(1, header("'<f4'", false, "23,"), floats()));
    refused(Damaged.class, npy(1, header("'<f4'", false, "1000000, 1000000"), floats()));
    refused(Damaged.class, npy(1, header("'<f4'", false, "9".repeat(30)), floats()));
    refused(TooLarge.class, npy(1, header("'<f4'", false, "1000000000000, 1000000000000"), floats()));
    refused(Damaged.class, npy(7, header("'<f4'", false, "24,"), floats()));
    refused(Damaged.class, "\u0093NUMPY\1\0\377\377{".getBytes(ISO_8859_1));
    refused(Damaged.class, new byte[3]);
    byte[] longHeader = npy(2, " ".repeat(20_000), floats());
    refused(Damaged.class, longHeader);
  }

  @Test
  void otherFilesAreRefused() {
    assertThrows(WrongFormat.class, () -> NpzFile.open(HostileFiles.fixture(folder, "hard_cycle.h5")));
    assertThrows(WrongFormat.class,
        () -> NpzFile.open(HostileFiles.write(folder, "x.npz", npy(1, header("'<f4'", false, "24,"), floats()))));
    Map<String, byte[]> escaping = new LinkedHashMap<>(Map.of("../x.npy", new byte[1]));
    Path path = HostileFiles.write(folder, "y.npz", ArchiveTest.zip(escaping));
    assertThrows(Unsafe.class, () -> NpzFile.open(path));
  }
}
