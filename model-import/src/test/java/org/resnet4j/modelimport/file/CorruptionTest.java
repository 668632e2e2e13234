package org.resnet4j.modelimport.file;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.resnet4j.modelimport.ModelImportException;
import org.resnet4j.modelimport.ModelImportException.Damaged;
import org.resnet4j.modelimport.ModelImportException.WrongFormat;

/** However a good file is damaged, it is read or refused by a {@link ModelImportException}, soon. */
class CorruptionTest {
  private static final Duration SOON = Duration.ofSeconds(60);
  private static final long SLOW_NANOS = 15_000_000_000L;

  @TempDir
  Path folder;

  private static byte[] bytes(String name) {
    if (!name.endsWith(".keras")) {
      return HostileFiles.fixture(name);
    }
    Map<String, byte[]> entries = new LinkedHashMap<>();
    entries.put("metadata.json", "{\"keras_version\": \"3.15.1\"}".getBytes(StandardCharsets.UTF_8));
    entries.put("config.json", "{\"class_name\": \"Functional\"}".getBytes(StandardCharsets.UTF_8));
    entries.put("model.weights.h5", HostileFiles.fixture("small_latest.h5"));
    return ArchiveTest.zip(entries);
  }

  /** Whether the file could be read; whatever isn't said by a {@link ModelImportException} fails the test. */
  private boolean read(Path path) {
    long begin = System.nanoTime();
    try {
      HostileFiles.readAll(path);
      return true;
    } catch (ModelImportException e) {
      assertEquals(path.toString(), e.file());
      return false;
    } finally {
      assertTrue(System.nanoTime() - begin < SLOW_NANOS);
    }
  }

  /** The same without the disk. */
  private static boolean read(byte[] bytes) {
    long begin = System.nanoTime();
    try {
      StoredGroup root = Hdf5Storage.open("x.h5", bytes);
      return HostileFiles.readWhatCanBe(root) == 0;
    } catch (ModelImportException e) {
      assertEquals("x.h5", e.file());
      return false;
    } finally {
      assertTrue(System.nanoTime() - begin < SLOW_NANOS);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"small.h5", "small_latest.h5", "small.keras"})
  void theUndamagedFileIsRead(String name) {
    assertTrue(read(HostileFiles.write(folder, name, bytes(name))));
  }

  @ParameterizedTest
  @CsvSource({"small.h5, 2500", "small_latest.h5, 1500", "types.h5, 100", "types_latest.h5, 100"})
  void flippedBitsInHdf5EndInASentence(String name, int mutations) {
    byte[] good = bytes(name);
    assertTimeoutPreemptively(SOON, () -> {
      int unread = 0;
      for (int seed = 0; seed < mutations; seed++) {
        byte[] bad = mutated(good, new Random(seed));
        unread += assertDoesNotThrow(() -> read(bad), "seed " + seed) ? 0 : 1;
      }
      assertTrue(unread > mutations / 20, unread + " of " + mutations);
    });
  }

  @ParameterizedTest
  @ValueSource(ints = {1000})
  void flippedBitsInAnArchiveEndInASentence(int mutations) {
    byte[] good = bytes("small.keras");
    assertTimeoutPreemptively(SOON, () -> {
      int unread = 0;
      for (int seed = 0; seed < mutations; seed++) {
        Path path = HostileFiles.write(folder, "small.keras", mutated(good, new Random(seed)));
        unread += assertDoesNotThrow(() -> read(path), "seed " + seed) ? 0 : 1;
      }
      assertTrue(unread > mutations / 2, unread + " of " + mutations);
    });
  }

  /** A few bits, bytes of meaning (zero, ones, a neighbour's), or a piece of the file elsewhere. */
  private static byte[] mutated(byte[] good, Random random) {
    byte[] bad = good.clone();
    for (int change = random.nextInt(6); change >= 0; change--) {
      int at = random.nextInt(bad.length);
      switch (random.nextInt(5)) {
        case 0 -> bad[at] ^= (byte) (1 << random.nextInt(8));
        case 1 -> bad[at] = 0;
        case 2 -> Arrays.fill(bad, at, Math.min(bad.length, at + 1 + random.nextInt(8)), (byte) -1);
        case 3 -> bad[at] = (byte) random.nextInt();
        default -> {
          int length = Math.min(8 * (1 + random.nextInt(8)), bad.length - at);
          System.arraycopy(good, random.nextInt(bad.length - length + 1), bad, at, length);
        }
      }
    }
    return bad;
  }

  @ParameterizedTest
  @ValueSource(strings = {"small.h5", "small_latest.h5"})
  void everyCutOfHdf5IsNoticed(String name) {
    byte[] good = bytes(name);
    assertTimeoutPreemptively(SOON, () -> {
      for (int length = 8; length < good.length; length++) {
        byte[] cut = Arrays.copyOf(good, length);
        assertThrows(Damaged.class, () -> Hdf5Storage.open("x.h5", cut), "cut to " + length);
      }
      for (int length = 0; length < 8; length++) {
        Path path = HostileFiles.write(folder, name, Arrays.copyOf(good, length));
        assertThrows(WrongFormat.class, () -> KerasFile.open(path), "cut to " + length);
      }
    });
  }

  /** The superblock's end of file follows the cut, so that only the missing objects tell. */
  @ParameterizedTest
  @CsvSource({"small.h5, 40"})
  void everyCutThatTheSuperblockHidesIsNoticed(String name, int endOfFile) {
    byte[] good = bytes(name);
    int read = 0;
    for (int length = 96; length < good.length; length += 7) {
      byte[] cut = Arrays.copyOf(good, length);
      ByteBuffer.wrap(cut).order(ByteOrder.LITTLE_ENDIAN).putLong(endOfFile, length);
      read += read(cut) ? 1 : 0;
    }
    // What may miss is the unused end of the last heap.
    assertTrue(read < good.length / 7 / 4, read + " were read");
  }

  @ParameterizedTest
  @ValueSource(strings = {"small.keras"})
  void everyCutOfAnArchiveIsNoticed(String name) {
    byte[] good = bytes(name);
    assertTimeoutPreemptively(SOON, () -> {
      for (int length = 0; length < good.length; length++) {
        Path path = HostileFiles.write(folder, name, Arrays.copyOf(good, length));
        assertThrows(ModelImportException.class, () -> KerasFile.open(path), "cut to " + length);
      }
    });
  }

  @ParameterizedTest
  @ValueSource(strings = {"plain.npz", "compressed.npz"})
  void flippedBitsInNumPyArchivesEndInASentence(String name) {
    byte[] good = HostileFiles.fixture(name);
    assertTimeoutPreemptively(SOON, () -> {
      for (int seed = 0; seed < 500; seed++) {
        Path path = HostileFiles.write(folder, name, mutated(good, new Random(seed)));
        assertDoesNotThrow(() -> readNumPy(path), "seed " + seed);
      }
    });
  }

  private static void readNumPy(Path path) {
    try (NpzFile file = NpzFile.open(path)) {
      for (String array : file.names()) {
        try {
          file.read(array, DataType.FLOAT);
        } catch (ModelImportException e) {
          assertEquals(path.toString(), e.file());
        }
      }
    } catch (ModelImportException e) {
      assertEquals(path.toString(), e.file());
    }
  }
}
