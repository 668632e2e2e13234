package org.resnet4j.modelimport.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.resnet4j.modelimport.ModelImportException;
import org.resnet4j.modelimport.ModelImportException.Damaged;
import org.resnet4j.modelimport.ModelImportException.TooLarge;
import org.resnet4j.modelimport.ModelImportException.Unsafe;

class HostileHdf5Test {
  private static final Duration SOON = Duration.ofSeconds(20);
  private static final String SECRET = "what another file holds";

  @TempDir
  Path folder;

  private ModelImportException refused(Class<? extends ModelImportException> kind, Path path,
                                       Consumer<Hdf5Group> reading) {
    ModelImportException refused = assertTimeoutPreemptively(SOON, () -> assertThrows(kind, () -> {
      try (KerasFile file = KerasFile.open(path)) {
        reading.accept(file.weights());
      }
    }));
    assertEquals(path.toString(), refused.file());
    assertFalse(refused.getMessage().chars().anyMatch(Character::isISOControl), refused.getMessage());
    assertTrue(refused.getMessage().length() < 600, refused.getMessage());
    return refused;
  }

  @ParameterizedTest
  @CsvSource({"soft_link.h5, a soft link", "external_link.h5, a link to another file",
      "external_link_latest.h5, a link to another file", "external_storage.h5, values in another file",
      "virtual.h5, values in another dataset"})
  void whatLiesOutsideIsNotFollowed(String name, String found) throws IOException {
    Files.write(folder.resolve("other.h5"), HostileFiles.fixture("hard_cycle.h5"));
    Files.writeString(folder.resolve("other.bin"), SECRET.repeat(100));
    Path path = HostileFiles.fixture(folder, name);
    ModelImportException refused = refused(Unsafe.class, path, group -> {
      group.dataset("a/b");
      group.group("a").orElseThrow().children();
    });
    assertTrue(refused.found().contains(found), refused.getMessage());
    assertTrue(refused.object().startsWith("/a"), refused.getMessage());
  }

  @Test
  void userDefinedLinksAreRefused() {
    byte[] bytes = HostileFiles.fixture("external_link_latest.h5");
    int name = HostileFiles.find(bytes, "link\15\0\0other.h5");
    assertEquals(64, bytes[name - 2], "the link's type");
    bytes[name - 2] = 65;
    ModelImportException refused = refused(Unsafe.class, HostileFiles.write(folder, "x.h5", bytes),
        group -> group.group("a"));
    assertEquals("a user-defined link", refused.found());
  }

  @Test
  void aCircleOfGroupsIsJustALongPath() {
    assertTimeoutPreemptively(SOON, () -> {
      try (KerasFile file = KerasFile.open(HostileFiles.fixture(folder, "hard_cycle.h5"))) {
        assertEquals(3, file.weights().group("a/again/again/root/a").orElseThrow().children().size());
        assertTrue(file.weights().dataset("a/root/a/a/kernel:0").isPresent());
        assertTrue(HostileFiles.readAll(file.weights()) > 1000);
      }
    });
  }

  @ParameterizedTest
  @CsvSource({"chunked", "contiguous", "overflow", "gigabyte"})
  void shapesBeyondTheFileAreRefusedBeforeMemoryIsTaken(String dataset) {
    Path path = HostileFiles.fixture(folder, "petabytes.h5");
    refused(TooLarge.class, path, group -> group.dataset("a/" + dataset).orElseThrow().read(DataType.FLOAT));
  }

  @ParameterizedTest
  @ValueSource(strings = {"bomb", "short"})
  void piecesThatInflateToAnotherSizeAreRefused(String dataset) {
    Path path = HostileFiles.fixture(folder, "petabytes.h5");
    ModelImportException refused = refused(Damaged.class, path,
        group -> group.dataset("a/" + dataset).orElseThrow().read(DataType.FLOAT));
    assertEquals("/a/" + dataset, refused.object());
  }

  @ParameterizedTest
  @CsvSource({"name_parent.h5, Unsafe", "name_escape.h5, Unsafe", "name_long.h5, TooLarge"})
  void namesThatKerasCantWriteAreRefused(String name, String kind) {
    ModelImportException refused = refused(ModelImportException.class, HostileFiles.fixture(folder, name),
        group -> group.group("a").orElseThrow().children());
    assertEquals(kind, refused.getClass().getSimpleName());
  }

  @Test
  void namesEndAtANul() {
    byte[] bytes = HostileFiles.fixture("hard_cycle.h5");
    bytes[HostileFiles.find(bytes, "again") + 2] = 0;
    try (KerasFile file = KerasFile.open(HostileFiles.write(folder, "x.h5", bytes))) {
      assertTrue(file.weights().group("a").orElseThrow().children().contains("ag"));
    }
  }

  /** A text of variable length is 4 bytes of length, 8 of the heap's address, 4 of the place in it. */
  @Test
  void anAttributeOf300MegabytesIsRefusedUnread() throws IOException {
    int claimed = 300 << 20;
    byte[] bytes = HostileFiles.fixture("types.h5");
    int text = HostileFiles.find(bytes, "h\u00c3\u00a4llo");
    ByteBuffer file = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    assertEquals(6, file.getLong(text - 8), "the text's length in the heap");
    int heap = new String(bytes, StandardCharsets.ISO_8859_1).lastIndexOf("GCOL", text);
    int element = HostileFiles.find(bytes, new String(
        ByteBuffer.allocate(12).order(ByteOrder.LITTLE_ENDIAN).putInt(6).putLong(heap).array(),
        StandardCharsets.ISO_8859_1));
    file.putInt(element, claimed);
    file.putLong(text - 8, claimed);
    file.putLong(heap + 8, claimed + 4096);
    Path path = HostileFiles.write(folder, "x.h5", bytes);
    try (RandomAccessFile longer = new RandomAccessFile(path.toFile(), "rw")) {
      longer.setLength(heap + claimed + 8192L);
    }
    ModelImportException refused = refused(TooLarge.class, path, group -> group.group("texts").orElseThrow()
        .text("variable"));
    assertEquals("/texts, attribute variable", refused.object());
    assertEquals("314572800 bytes", refused.found());
  }

  /** A B-tree's node is TREE, type, level, the number of entries, two siblings, then keys and children by turns. */
  @Test
  void aTreeThatContainsItselfEnds() {
    byte[] bytes = HostileFiles.fixture("types.h5");
    ByteBuffer file = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    int trees = 0;
    for (int tree = text.indexOf("TREE"); tree >= 0; tree = text.indexOf("TREE", tree + 1)) {
      if (bytes[tree + 4] == 0) {
        file.put(tree + 5, (byte) 1).putShort(tree + 6, (short) 2).putLong(tree + 32, tree).putLong(tree + 48, tree);
        trees++;
      }
    }
    assertTrue(trees > 3);
    ModelImportException refused = refused(Damaged.class, HostileFiles.write(folder, "x.h5", bytes),
        Hdf5Group::children);
    assertEquals("a loop", refused.found());
  }

  /** Each node names the next twice: without a bound, 2^40 visits. */
  @Test
  void aTreeWhoseBranchesMeetAgainEnds() {
    byte[] bytes = HostileFiles.fixture("hard_cycle.h5");
    int root = new String(bytes, StandardCharsets.ISO_8859_1).indexOf("TREE");
    int end = bytes.length;
    int nodes = 40;
    int nodeBytes = 600;
    ByteBuffer file = ByteBuffer.allocate(end + nodes * nodeBytes).order(ByteOrder.LITTLE_ENDIAN).put(bytes);
    for (int node = 0; node < nodes; node++) {
      int at = node == 0 ? root : end + node * nodeBytes;
      int next = end + (node + 1) * nodeBytes;
      file.put(at, "TREE".getBytes(StandardCharsets.US_ASCII)).put(at + 5, (byte) (nodes - 1 - node))
          .putShort(at + 6, (short) (node < nodes - 1 ? 2 : 0)).putLong(at + 32, next).putLong(at + 48, next);
    }
    Damaged refused = assertInstanceOf(Damaged.class,
        refused(Damaged.class, HostileFiles.write(folder, "x.h5", file.array()), Hdf5Group::children));
    assertEquals("a loop", refused.found());
  }

  /** An old object header's continuation is a message of type 16: an address and a length. */
  @Test
  void aHeaderThatContinuesInItselfEnds() {
    byte[] bytes = HostileFiles.fixture("types.h5");
    ByteBuffer file = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    int changed = 0;
    for (int at = 0; at + 24 <= bytes.length; at += 8) {
      if (file.getLong(at) == 0x0000_0000_0010_0010L && file.getLong(at + 8) < bytes.length) {
        file.putLong(at + 8, at).putLong(at + 16, 24);
        changed++;
      }
    }
    assertTrue(changed > 0);
    // Many headers name 65,535 messages, so that the number doesn't end it.
    for (int at = 0; at + 16 <= bytes.length; at += 8) {
      if (bytes[at] == 1 && bytes[at + 1] == 0 && file.getInt(at + 4) == 1) {
        file.putShort(at + 2, (short) -1);
      }
    }
    refused(Damaged.class, HostileFiles.write(folder, "x.h5", bytes), HostileFiles::readAll);
  }

  @Test
  void aCutFileSaysSo() {
    byte[] bytes = HostileFiles.fixture("hard_cycle.h5");
    Path path = HostileFiles.write(folder, "x.h5", Arrays.copyOf(bytes, bytes.length - 1));
    ModelImportException refused = refused(Damaged.class, path, group -> { });
    assertEquals("5711 bytes: it was cut off", refused.found());
  }

  @Test
  void whatIsBehindTheFileIsIgnored() {
    byte[] bytes = HostileFiles.fixture("hard_cycle.h5");
    Path path = HostileFiles.write(folder, "x.h5", Arrays.copyOf(bytes, bytes.length + 1000));
    try (KerasFile file = KerasFile.open(path)) {
      assertEquals(List.of("a"), file.weights().children());
    }
  }
}
