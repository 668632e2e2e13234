package org.resnet4j.modelimport.tensorflow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.resnet4j.modelimport.tensorflow.CheckpointFixtures.copy;
import static org.resnet4j.modelimport.tensorflow.TableBytes.concat;
import static org.resnet4j.modelimport.tensorflow.TableBytes.entry;
import static org.resnet4j.modelimport.tensorflow.TableBytes.field;
import static org.resnet4j.modelimport.tensorflow.TableBytes.fixed32;
import static org.resnet4j.modelimport.tensorflow.TableBytes.varint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.resnet4j.modelimport.ModelImportException;
import org.resnet4j.modelimport.ModelImportException.Damaged;
import org.resnet4j.modelimport.ModelImportException.Incomplete;
import org.resnet4j.modelimport.ModelImportException.TooLarge;
import org.resnet4j.modelimport.ModelImportException.Unreadable;
import org.resnet4j.modelimport.ModelImportException.WrongFormat;

@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class HostileCheckpointTest {
  private static final byte[] HEADER = field(1, 1);
  private static final String DATA = "x.data-00000-of-00001";

  @TempDir
  private Path folder;

  private <T extends ModelImportException> T refused(Class<T> type, Path path) {
    T thrown = assertThrows(type, () -> readAll(Checkpoint.open(path)));
    assertEquals(path.toString(), thrown.file());
    return thrown;
  }

  static void readAll(Checkpoint checkpoint) {
    checkpoint.shapes().keySet().forEach(name -> {
      try {
        checkpoint.read(name);
      } catch (ModelImportException.UnsupportedType notFloating) {
        // Text and whole numbers are there, too.
      }
    });
  }

  // Files

  @Test
  void aMissingDataFileIsNamed() throws IOException {
    Path prefix = copy("training_v2", folder);
    Files.delete(prefix.resolveSibling("model.ckpt-7.data-00001-of-00003"));
    assertTrue(refused(Incomplete.class, prefix).expected().contains("model.ckpt-7.data-00001-of-00003"));
  }

  @Test
  void aMissingIndexIsNamed() throws IOException {
    Path prefix = copy("official_v2", folder);
    Files.delete(prefix.resolveSibling("model.ckpt-7.index"));
    assertTrue(refused(Incomplete.class, prefix).expected().contains("model.ckpt-7.index"));
  }

  @Test
  void nothingThereIsSaid() {
    refused(Unreadable.class, folder.resolve("resnet.ckpt"));
    refused(Unreadable.class, folder.resolve("no-such-folder/resnet.ckpt"));
    refused(Incomplete.class, folder);
  }

  @Test
  void aTruncatedDataFileIsRefused() throws IOException {
    Path prefix = copy("official_v2", folder);
    Path data = prefix.resolveSibling("model.ckpt-7.data-00000-of-00001");
    Files.write(data, Arrays.copyOf(Files.readAllBytes(data), 1000));
    refused(Damaged.class, prefix);
  }

  @Test
  void aTruncatedTableIsRefused() throws IOException {
    for (String name : new String[] {"official_v1/model.ckpt-7", "official_v2/model.ckpt-7.index"}) {
      Path file = copy(name.split("/")[0], folder).resolveSibling(name.split("/")[1]);
      byte[] bytes = Files.readAllBytes(file);
      for (int length : new int[] {0, 1, 47, 48, 100, bytes.length / 2, bytes.length - 1}) {
        Files.write(file, Arrays.copyOf(bytes, length));
        refused(WrongFormat.class, file);
      }
    }
  }

  @Test
  void anotherCheckpointsDataIsRefused() throws IOException {
    Path prefix = copy("official_v2", folder);
    Path data = prefix.resolveSibling("model.ckpt-7.data-00000-of-00001");
    long size = Files.size(data);
    Files.write(data, new byte[(int) size]);
    Damaged thrown = refused(Damaged.class, prefix);
    assertTrue(thrown.getMessage().contains("another checkpoint's"), thrown.getMessage());
    Files.copy(copy("reference_v2", folder).resolveSibling(data.getFileName()), data,
        StandardCopyOption.REPLACE_EXISTING);
    refused(Damaged.class, prefix);
  }

  @Test
  void oneChangedBitOfATensorIsNoticed() throws IOException {
    Path prefix = copy("official_v2", folder);
    Path data = prefix.resolveSibling("model.ckpt-7.data-00000-of-00001");
    byte[] bytes = Files.readAllBytes(data);
    bytes[bytes.length - 9] ^= 1;
    Files.write(data, bytes);
    assertEquals("\"resnet_v2_50/postnorm/moving_variance\"", refused(Damaged.class, prefix).object());
  }

  @Test
  void shardsOfTheOlderFormatAreRefusedWithAdvice() throws IOException {
    Files.write(folder.resolve("resnet.ckpt-00000-of-00002"), new byte[100]);
    assertTrue(refused(WrongFormat.class, folder.resolve("resnet.ckpt")).remedy().contains("sharding"));
  }

  @Test
  void foldersAndDevicesAreNoCheckpoints() throws IOException {
    Files.createDirectory(folder.resolve("a.index"));
    assertThrows(Unreadable.class, () -> Checkpoint.open(folder.resolve("a")));
    if (Files.exists(Path.of("/dev/zero"))) {
      refused(Unreadable.class, Path.of("/dev/zero"));
    }
  }

  @Test
  void aFileNamedCheckpointLeadsNowhereElse() throws IOException {
    Path state = folder.resolve("checkpoint");
    for (String text : new String[] {"", "model_checkpoint_path: \"\"", "model_checkpoint_path: \"..\"",
        "model_checkpoint_path: \"a/.\"", "model_checkpoint_path: \"\0\"", "\n".repeat(1 << 20),
        "model_checkpoint_path: \"\n".repeat(40_000), " ".repeat(1 << 20)}) {
      Files.writeString(state, text);
      refused(Damaged.class, folder);
    }
    Files.writeString(state, "model_checkpoint_path: \"../../../../../../../../etc/passwd\"");
    assertTrue(refused(Unreadable.class, folder).found().contains("passwd.index"));
    Files.write(state, new byte[(1 << 20) + 1]);
    refused(TooLarge.class, folder);
  }

  private void refusedTable(byte[] table) throws IOException {
    refusedTable(Damaged.class, table);
  }

  /** On opening: reading would find the checksum wrong in any case. */
  private <T extends ModelImportException> void refusedTable(Class<T> type, byte[] table) throws IOException {
    Path file = folder.resolve("x.index");
    Files.write(file, table);
    assertThrows(type, () -> Checkpoint.open(file));
  }

  // The newer format's messages

  private static byte[] shape(long... sizes) {
    return field(2, Arrays.stream(sizes).mapToObj(size -> field(2, field(1, size))).reduce(new byte[0],
        TableBytes::concat));
  }

  /** A header and one tensor, beside 100 bytes of data. */
  private byte[] bundle(byte[]... message) throws IOException {
    Files.write(folder.resolve(DATA), new byte[100]);
    return TableBytes.of(List.of(entry("", HEADER), entry("tensor", concat(message))));
  }

  @Test
  void theHeaderMustSayOneOrMoreShardsAndTheirByteOrder() throws IOException {
    refusedTable(TableBytes.of(List.of(entry("a", new byte[0]))));
    refusedTable(TableBytes.of(List.of(entry("", new byte[0]))));
    refusedTable(TableBytes.of(List.of(entry("", field(1, -1)))));
    refusedTable(TableBytes.of(List.of(entry("", field(1, 1 << 30)))));
    refusedTable(WrongFormat.class, TableBytes.of(List.of(entry("", concat(HEADER, field(2, 1))))));
  }

  @Test
  void shapesThatAreNegativeOrUnknownAreRefused() throws IOException {
    refusedTable(bundle(field(1, 1), shape(-1), field(5, 4)));
    refusedTable(bundle(field(1, 1), shape(Long.MIN_VALUE), field(5, 4)));
    refusedTable(bundle(field(1, 1), field(2, field(3, 1)), field(5, 4)));
  }

  @Test
  void shapesThatOverflowAreRefused() throws IOException {
    for (long[] shape : new long[][] {{1L << 32, 1L << 32}, {Long.MAX_VALUE - 1}, {1 << 29}, {1L << 62, 4}}) {
      refusedTable(TooLarge.class, bundle(field(1, 1), shape(shape), field(5, 4)));
    }
    refusedTable(TooLarge.class, bundle(field(1, 1), shape(new long[33]), field(5, 0)));
  }

  @Test
  void sizesThatAreNotTheShapesAreRefused() throws IOException {
    refusedTable(bundle(field(1, 1), shape(2), field(5, 4)));
    refusedTable(bundle(field(1, 1), shape(2), field(5, -1)));
    refusedTable(bundle(field(1, 2), shape(2), field(5, 8)));
  }

  @Test
  void placesOutsideTheDataAreRefused() throws IOException {
    refusedTable(bundle(field(1, 1), shape(2), field(4, 100), field(5, 8)));
    refusedTable(bundle(field(1, 1), shape(2), field(4, Long.MAX_VALUE - 4), field(5, 8)));
    refusedTable(bundle(field(1, 1), shape(2), field(4, -8), field(5, 8)));
    refusedTable(bundle(field(1, 1), shape(2), field(3, 1), field(5, 8)));
    refusedTable(bundle(field(1, 1), shape(2), field(3, -1), field(5, 8)));
  }

  @Test
  void tensorsThatOverlapAreRefused() throws IOException {
    byte[] tensor = concat(field(1, 1), shape(2), field(5, 8), fixed32(6, 0));
    Files.write(folder.resolve(DATA), new byte[100]);
    for (long offset : new long[] {0, 4}) {
      refusedTable(TableBytes.of(List.of(entry("", HEADER), entry("a", tensor),
          entry("b", concat(tensor, field(4, offset))))));
    }
  }

  @Test
  void malformedMessagesAreRefused() throws IOException {
    byte[] nested = new byte[200_000];
    Arrays.fill(nested, (byte) (9 << 3 | 3));
    for (byte[] bad : new byte[][] {nested, {0}, {7}, {10, 100}, {8}, {(byte) 0x80}, field(1, field(1, 1)),
        field(2, 5),
        concat(new byte[] {18}, varint(-1)), concat(new byte[] {18}, varint(Integer.MAX_VALUE))}) {
      refusedTable(bundle(bad));
    }
  }

  @Test
  void namesThatAreNotTextAreRefused() throws IOException {
    refusedTable(TableBytes.of(List.of(entry("", HEADER), entry(new byte[] {(byte) 0xc0, (byte) 0x80}, new byte[0]))));
  }

  // Slices

  private static byte[] slice(long... extents) {
    byte[] slice = {};
    for (int i = 0; i < extents.length; i += 2) {
      slice = concat(slice, field(1, field(1, extents[i]), field(2, extents[i + 1])));
    }
    return slice;
  }

  private byte[] sliced(byte[][] listed, TensorSlice... present) throws IOException {
    Files.write(folder.resolve(DATA), new byte[100]);
    List<SortedTable.Entry> entries = new ArrayList<>(List.of(entry("", HEADER)));
    int zeros = Checksum.of(ByteBuffer.wrap(new byte[8]));
    for (int i = 0; i < present.length; i++) {
      entries.add(entry(present[i].key("t"),
          concat(field(1, 1), shape(2), field(4, 8 * i), field(5, 8), fixed32(6, zeros))));
    }
    byte[] message = concat(field(1, 1), shape(4));
    for (byte[] each : listed) {
      message = concat(message, field(7, each));
    }
    entries.add(entry("t", message));
    entries.sort((a, b) -> Arrays.compareUnsigned(a.key(), b.key()));
    return TableBytes.of(entries);
  }

  private static TensorSlice part(long begin, long length) {
    return new TensorSlice(new long[] {begin}, new long[] {length});
  }

  @Test
  void slicesThatMakeTheTensorAreItsValues() throws IOException {
    Files.write(folder.resolve("x.index"), sliced(new byte[][] {slice(0, 2), slice(2, 2)}, part(0, 2), part(2, 2)));
    assertEquals(0, Checkpoint.open(folder.resolve("x")).read("t").sumNumber().doubleValue());
  }

  @Test
  void slicesThatOverlapMissOrLeaveTheTensorAreRefused() throws IOException {
    for (byte[] table : new byte[][] {sliced(new byte[][] {slice(0, 2), slice(1, 2)}, part(0, 2), part(1, 2)),
        sliced(new byte[][] {slice(0, 2)}, part(0, 2))}) {
      Files.write(folder.resolve("x.index"), table);
      refused(Damaged.class, folder.resolve("x"));
    }
    refusedTable(sliced(new byte[][] {slice(0, 2), slice(2, 2)}, part(0, 2)));
    refusedTable(sliced(new byte[][] {slice(0, 2)}, part(0, 2), part(2, 2)));
    refusedTable(sliced(new byte[][] {slice(0, 2), slice(3, 2)}, part(0, 2), part(3, 2)));
    refusedTable(sliced(new byte[][] {slice(0, 2), slice(-1, 2)}, part(0, 2), part(2, 2)));
    refusedTable(sliced(new byte[][] {slice(0, 2), slice(2, Long.MAX_VALUE - 1)}, part(0, 2), part(2, 2)));
    refusedTable(sliced(new byte[][] {slice(0, 2), slice(0, 1, 0, 1)}, part(0, 2), part(2, 2)));
    refusedTable(TooLarge.class, sliced(Collections.nCopies(1001, slice(0, 2)).toArray(byte[][]::new), part(0, 2)));
  }

  // The older format's messages

  private static byte[] described(String name, long... shape) {
    return field(1, field(1, name.getBytes(StandardCharsets.UTF_8)), shape(shape), field(3, 1),
        field(4, field(1, new byte[0])));
  }

  private static byte[] values(String name, float... values) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    return field(2, field(1, name.getBytes(StandardCharsets.UTF_8)), field(2, field(1, new byte[0])),
        field(3, field(5, bytes.array())));
  }

  private ModelImportException refusedOlder(SortedTable.Entry... entries) throws IOException {
    Path file = folder.resolve("older.ckpt");
    Files.write(file, TableBytes.of(List.of(entries)));
    return refused(Damaged.class, file);
  }

  private static byte[] key(String name) {
    return part(0, TensorSlice.ALL).key(name);
  }

  @Test
  void theBuiltOlderFormatIsRead() throws IOException {
    Path file = folder.resolve("older.ckpt");
    Files.write(file,
        TableBytes.of(List.of(entry("", field(1, described("a", 2))), entry(key("a"), values("a", 1, 2)))));
    assertEquals(3, Checkpoint.open(file).read("a").sumNumber().doubleValue());
  }

  @Test
  void valuesThatAreMissingOrAnothersAreRefused() throws IOException {
    SortedTable.Entry description = entry("", field(1, described("a", 2)));
    assertEquals("\"a\"", refusedOlder(description).object());
    refusedOlder(description, entry(key("b"), values("b", 1, 2)));
    refusedOlder(description, entry(key("a"), values("b", 1, 2)));
    refusedOlder(description, entry(key("a"), values("a", 1)));
    refusedOlder(description, entry(key("a"), values("a", 1, 2, 3)));
    refusedOlder(description, entry(key("a"), values("a")));
    refusedOlder(description, entry(key("a"), new byte[0]));
  }

  @Test
  void aDescriptionThatIsMissingOrSaysTheSameTwiceIsRefused() throws IOException {
    refusedOlder(entry(key("a"), values("a", 1, 2)));
    refusedOlder(entry("", field(1, new byte[0])));
    refusedOlder(entry("", field(1, described("a", 2), described("a", 2))), entry(key("a"), values("a", 1, 2)));
  }

  @Test
  void countlessSlicesAreRefused() throws IOException {
    byte[] slices = concat(Collections.nCopies(1000, field(4, new byte[0])).toArray(byte[][]::new));
    byte[] tensors = {};
    for (int i = 0; i < 101; i++) {
      tensors = concat(tensors, field(1, field(1, ("scalar" + i).getBytes(StandardCharsets.UTF_8)), slices));
    }
    Path file = folder.resolve("older.ckpt");
    Files.write(file, TableBytes.of(List.of(entry("", field(1, tensors)))));
    refused(TooLarge.class, file);
  }

  @Test
  void aShapeThatNoSuchFileCouldHoldIsRefused() throws IOException {
    refusedOlder(entry("", field(1, described("a", 1 << 28))), entry(key("a"), values("a", 1, 2)));
    refusedOlder(entry("", field(1, described("a", -2))), entry(key("a"), values("a", 1, 2)));
  }
}
