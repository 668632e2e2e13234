package org.resnet4j.modelimport.tensorflow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.resnet4j.modelimport.tensorflow.CheckpointFixtures.copy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.apache.commons.compress.compressors.snappy.SnappyCompressorOutputStream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.resnet4j.modelimport.ModelImportException;
import org.resnet4j.modelimport.tensorflow.SlimCheckpoint.Averages;

/** Seeded: a failure repeats. */
@Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class MutatedCheckpointTest {
  private static final int ROUNDS = 1500;

  @TempDir
  private Path folder;

  private static Map<String, INDArray> floats(Path path) {
    Checkpoint checkpoint = Checkpoint.open(path);
    Map<String, INDArray> tensors = new LinkedHashMap<>();
    for (String name : checkpoint.shapes().keySet()) {
      try {
        tensors.put(name, checkpoint.read(name));
      } catch (ModelImportException.UnsupportedType notFloating) {
        tensors.put(name, null);
      }
    }
    return tensors;
  }

  private static byte[] mutated(byte[] original, Random random) {
    byte[] bytes = original.clone();
    if (bytes.length == 0) {
      return new byte[random.nextInt(4)];
    }
    switch (random.nextInt(5)) {
      case 0 -> bytes = Arrays.copyOf(bytes, random.nextInt(bytes.length));
      case 1 -> bytes = Arrays.copyOf(bytes, bytes.length + 1 + random.nextInt(50));
      case 2 -> bytes[random.nextInt(bytes.length)] = (byte) (random.nextBoolean() ? 0xff : 0x80);
      default -> {
        for (int i = 0; i <= random.nextInt(3); i++) {
          bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
        }
      }
    }
    return bytes;
  }

  /** The checksums see to the second. */
  @ParameterizedTest
  @CsvSource({"types_v1, model.ckpt-7", "types_v2, model.ckpt-7.index", "types_v2, model.ckpt-7.data-00000-of-00001"})
  void aChangedFileIsRefusedOrGivesTheSameValues(String checkpoint, String changed) throws IOException {
    Path file = copy(checkpoint, folder).resolveSibling(changed);
    byte[] original = Files.readAllBytes(file);
    Map<String, INDArray> expected = floats(file);
    Random random = new Random(7);
    int refused = 0;
    for (int round = 0; round < ROUNDS; round++) {
      Files.write(file, mutated(original, random));
      try {
        assertEquals(expected, floats(file), "round " + round);
      } catch (ModelImportException e) {
        refused++;
      } catch (RuntimeException | Error e) {
        throw new AssertionError("round " + round, e);
      }
    }
    assertTrue(refused > ROUNDS / 2, refused + " refused");
  }

  /** Behind right checksums anything may stand. */
  @ParameterizedTest
  @ValueSource(strings = {"types_v1/model.ckpt-7", "types_v2/model.ckpt-7.index", "averages_v2/model.ckpt-7.index"})
  void changedEntriesWithRightChecksumsAreRefusedOrRead(String name) throws IOException {
    Path file = copy(name.split("/")[0], folder).resolveSibling(name.split("/")[1]);
    List<SortedTable.Entry> original = TableBytes.read(file);
    Random random = new Random(11);
    int refused = 0;
    for (int round = 0; round < ROUNDS; round++) {
      List<SortedTable.Entry> entries = new ArrayList<>(original);
      for (int i = 0; i <= random.nextInt(2); i++) {
        int at = random.nextInt(entries.size());
        SortedTable.Entry entry = entries.get(at);
        if (random.nextInt(10) == 0) {
          entries.remove(at);
        } else if (random.nextInt(10) == 0) {
          entries.set(at, TableBytes.entry(mutated(entry.key(), random), TableBytes.bytes(entry)));
        } else {
          entries.set(at, TableBytes.entry(entry.key(), mutated(TableBytes.bytes(entry), random)));
        }
      }
      Files.write(file, TableBytes.of(entries));
      try {
        HostileCheckpointTest.readAll(Checkpoint.open(file));
        SlimCheckpoint slim = SlimCheckpoint.open(file, Averages.USE);
        slim.tensors().shapes().keySet().forEach(slim.tensors()::read);
      } catch (ModelImportException e) {
        refused++;
      } catch (RuntimeException | Error e) {
        throw new AssertionError("round " + round, e);
      }
    }
    assertTrue(refused > ROUNDS / 2, refused + " refused");
  }

  /** As above, a level lower: the block's own bytes, compressed or not. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void changedBlocksWithRightChecksumsAreRefusedOrRead(int compression) throws IOException {
    Path index = copy("types_v2", folder).resolveSibling("model.ckpt-7.index");
    byte[] original = TableBytes.block(TableBytes.read(index));
    if (compression == 1) {
      original = snappy(original);
    }
    Files.write(index, TableBytes.ofBlock(original, compression));
    HostileCheckpointTest.readAll(Checkpoint.open(index));
    Random random = new Random(13);
    int refused = 0;
    for (int round = 0; round < ROUNDS; round++) {
      Files.write(index, TableBytes.ofBlock(mutated(original, random), compression));
      try {
        HostileCheckpointTest.readAll(Checkpoint.open(index));
      } catch (ModelImportException e) {
        refused++;
      } catch (RuntimeException | Error e) {
        throw new AssertionError("round " + round, e);
      }
    }
    assertTrue(refused > ROUNDS / 4, refused + " refused");
  }

  private static byte[] snappy(byte[] bytes) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (SnappyCompressorOutputStream snappy = new SnappyCompressorOutputStream(out, bytes.length)) {
      snappy.write(bytes);
    }
    return out.toByteArray();
  }
}
