package org.resnet4j.spark.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.resnet4j.training.data.DataException;
import org.resnet4j.training.data.DataException.Kind;
import org.resnet4j.training.data.Dataset;
import org.resnet4j.training.data.DatasetOptions;
import org.resnet4j.training.data.ImageSource;
import org.resnet4j.training.data.Part;

/** A packed set of two files of three images each, spoilt. */
class DamagedSetTest {
  private static final int IMAGES = 6;
  private static final Configuration CONFIGURATION = FarFileSystem.configuration();

  @TempDir
  private Path set;
  private Path indexFile;
  private byte[] good;

  @BeforeEach
  void write() throws IOException {
    indexFile = set.resolve(PackIndex.FILE);
    List<PackFile> files = new ArrayList<>();
    int[] labels = new int[IMAGES];
    long[] positions = new long[IMAGES];
    int[] lengths = new int[IMAGES];
    int[] checksums = new int[IMAGES];
    List<String> names = new ArrayList<>();
    ByteArrayOutputStream hashes = new ByteArrayOutputStream();
    for (int file = 0; file < 2; file++) {
      ByteArrayOutputStream data = new ByteArrayOutputStream();
      for (int i = 3 * file; i < 3 * file + 3; i++) {
        byte[] content = Drawn.encoded(i, "png");
        labels[i] = i % 2;
        positions[i] = data.size();
        lengths[i] = content.length;
        CRC32C checksum = new CRC32C();
        checksum.update(content);
        checksums[i] = (int) checksum.getValue();
        names.add("n" + i);
        hashes.writeBytes(PackIndexFormat.sha256().digest(content));
        data.writeBytes(content);
      }
      String name = file + ".seq";
      Drawn.write(set.resolve(name), data.toByteArray());
      files.add(new PackFile(name, file == 0 ? Part.TRAIN : Part.VALIDATION, data.size(), 3));
    }
    good = bytes(new PackIndex(List.of("cat", "dog"), files,
        new PackRecords(Names.of(names), labels, positions, lengths, checksums), hashes.toByteArray()));
    Files.write(indexFile, good);
  }

  private static byte[] bytes(PackIndex index) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    PackIndexFormat.write(index, bytes);
    return bytes.toByteArray();
  }

  private Dataset open() {
    return HadoopDatasets.open(FarFileSystem.uri(set), DatasetOptions.standard(), CONFIGURATION);
  }

  private void assertRefused(String part) {
    DataException refused = assertThrows(DataException.class, this::open);
    assertEquals(Kind.BAD_FILE, refused.kind(), refused.getMessage());
    assertTrue(refused.getMessage().contains(part), refused.getMessage());
  }

  @Test
  void asItWasWrittenItOpens() {
    Dataset opened = open();
    assertEquals(List.of("cat", "dog"), opened.classes());
    assertEquals(3, opened.validation().size());
    assertEquals("n4", opened.validation().name(1));
    assertEquals(24, opened.validation().image(1).getWidth());
  }

  @Test
  void anyChangedByteOfTheIndexIsFound() throws IOException {
    Random random = new Random(1);
    for (int i = 0; i < good.length; i++) {
      byte[] changed = good.clone();
      changed[i] ^= (byte) (1 + random.nextInt(255));
      Files.write(indexFile, changed);
      assertRefused(PackIndex.FILE);
    }
  }

  @Test
  void anyCutOfTheIndexIsFoundAndAnyEnd() throws IOException {
    for (int length = 0; length < good.length; length += 3) {
      Files.write(indexFile, Arrays.copyOf(good, length));
      assertRefused(PackIndex.FILE);
    }
    Files.write(indexFile, Arrays.copyOf(good, good.length + 1));
    assertRefused("1 bytes too many");
  }

  /** Where: 8 magic, 4 version, 4 classes, 2 x (4 + 3) their names, 4 files, 2 x (1 + 4 + 5 + 8 + 4), 4 images. */
  static Stream<Arguments> lies() {
    int files = 30;
    int images = files + 4 + 2 * 22;
    int labels = images + 4;
    int positions = labels + 4 * IMAGES;
    int lengths = positions + 8 * IMAGES;
    int ends = lengths + 2 * 4 * IMAGES;
    return Stream.of(
        lie("version 2, expected 1", b -> b.putInt(8, 2)),
        lie("2147483647 classes", b -> b.putInt(12, Integer.MAX_VALUE)),
        lie("-1 classes", b -> b.putInt(12, -1)),
        lie("a class twice", b -> b.put(27, "cat".getBytes(), 0, 3)),
        lie("1900000000 characters", b -> b.putInt(16, 1_900_000_000)),
        lie("2000000000 files", b -> b.putInt(files, 2_000_000_000)),
        lie("of part 9", b -> b.put(files + 4, (byte) 9)),
        lie("\"../.q\"", b -> b.put(files + 9, "../.q".getBytes(), 0, 5)),
        lie("\"a/seq\"", b -> b.put(files + 9, "a/seq".getBytes(), 0, 5)),
        lie("gives 0.seq 2000000000 images", b -> b.putInt(files + 22, 2_000_000_000)),
        lie("gives 0.seq 0 images", b -> b.putInt(files + 22, 0)),
        lie("of which its files have 5", b -> b.putInt(files + 22, 2)),
        lie("2147483647 images", b -> b.putInt(images, Integer.MAX_VALUE)),
        lie("image 0 the class 2", b -> b.putInt(labels, 2)),
        lie("image 1 the class -1", b -> b.putInt(labels + 4, -1)),
        lie("image 1 at byte -5", b -> b.putLong(positions + 8, -5)),
        lie("image 1 at byte 9223372036854775807", b -> b.putLong(positions + 8, Long.MAX_VALUE)),
        lie("2000000000 bytes long", b -> b.putInt(lengths, 2_000_000_000)),
        lie("-3 bytes long", b -> b.putInt(lengths, -3)),
        lie("name of image 1 end before", b -> b.putInt(ends + 4, 1)),
        lie("name of image 0 end before", b -> b.putInt(ends, -1)),
        lie("speaks of 2000000000 more bytes", b -> b.putInt(ends + 4 * (IMAGES - 1), 2_000_000_000)));
  }

  private static Arguments lie(String part, UnaryOperator<ByteBuffer> change) {
    return Arguments.of(part, change);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("lies")
  void anIndexThatLiesIsFoundOutWithoutMuchMemory(String part, UnaryOperator<ByteBuffer> lie) throws IOException {
    open(); // loads classes
    byte[] content = good.clone();
    lie.apply(ByteBuffer.wrap(content));
    byte[] hash = PackIndexFormat.sha256().digest(Arrays.copyOf(content, content.length - PackIndex.HASH_BYTES));
    System.arraycopy(hash, 0, content, content.length - PackIndex.HASH_BYTES, PackIndex.HASH_BYTES);
    Files.write(indexFile, content);
    assertFewBytesAllocated(content.length, () -> assertRefused(part));
  }

  private static void assertFewBytesAllocated(int bytes, Runnable opening) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    opening.run();
    long allocated = threads.getCurrentThreadAllocatedBytes() - before;
    assertTrue(allocated < 20_000_000, allocated + " bytes allocated for an index of " + bytes);
  }

  @Test
  void aFileThatIsMissingOrCutIsNamed() throws IOException {
    byte[] data = Files.readAllBytes(set.resolve("1.seq"));
    Files.write(set.resolve("1.seq"), Arrays.copyOf(data, data.length - 1));
    assertRefused("1.seq: has " + (data.length - 1) + " bytes, expected " + data.length);
    Files.write(set.resolve("1.seq"), Arrays.copyOf(data, data.length + 1));
    assertRefused("1.seq: has " + (data.length + 1) + " bytes");
    Files.delete(set.resolve("1.seq"));
    assertRefused("1.seq: missing");
  }

  @Test
  void aChangedByteOfAnImageIsFoundWhenItIsRead() throws IOException {
    ImageSource images = open().validation();
    byte[] data = Files.readAllBytes(set.resolve("1.seq"));
    data[data.length - 1] ^= 1;
    Files.write(set.resolve("1.seq"), data);
    images.image(1);
    DataException refused = assertThrows(DataException.class, () -> images.image(2));
    assertEquals(Kind.BAD_FILE, refused.kind());
    assertTrue(refused.getMessage().contains("1.seq: n5, at byte "), refused.getMessage());
    Files.write(set.resolve("1.seq"), Arrays.copyOf(data, data.length - 1));
    assertEquals(Kind.BAD_FILE, assertThrows(DataException.class, () -> open().validation()).kind());
    DataException cut = assertThrows(DataException.class, () -> images.image(2));
    assertTrue(cut.getMessage().contains("is not what was packed"), cut.getMessage());
  }

  @Test
  void whatWasNotPackedToTheEndIsNotOpened() throws IOException {
    Files.move(indexFile, set.resolve(PackIndex.FILE + ".tmp"));
    Files.write(set.resolve(PackIndex.UNFINISHED), new byte[0]);
    assertRefused("not packed to the end");
  }
}
