package org.resnet4j.modelimport.file;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.resnet4j.modelimport.ModelImportException;
import org.resnet4j.modelimport.ModelImportException.Damaged;
import org.resnet4j.modelimport.ModelImportException.Incomplete;
import org.resnet4j.modelimport.ModelImportException.InvalidConfiguration;
import org.resnet4j.modelimport.ModelImportException.TooLarge;
import org.resnet4j.modelimport.ModelImportException.Unsafe;
import org.resnet4j.modelimport.ModelImportException.WrongFormat;
import org.resnet4j.modelimport.file.KerasFile.Kind;

class ArchiveTest {
  private static final String CONFIGURATION = "{\"class_name\": \"Functional\"}";
  private static final int CENTRAL_ENTRY = 0x02014b50;

  @TempDir
  Path folder;

  private final Map<String, byte[]> entries = new LinkedHashMap<>(Map.of(
      "config.json", CONFIGURATION.getBytes(UTF_8),
      "metadata.json", "{\"keras_version\": \"3.15.1\", \"date_saved\": \"\"}".getBytes(UTF_8),
      "model.weights.h5", HostileFiles.fixture("hard_cycle.h5")));

  static byte[] zip(Map<String, byte[]> entries) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
        zip.putNextEntry(new ZipEntry(entry.getKey()));
        zip.write(entry.getValue());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  private KerasFile open(byte[] zip) {
    return KerasFile.open(HostileFiles.write(folder, "model.keras", zip));
  }

  private ModelImportException refused(Class<? extends ModelImportException> kind, byte[] zip) throws IOException {
    ModelImportException refused = assertTimeoutPreemptively(Duration.ofSeconds(20),
        () -> assertThrows(kind, () -> open(zip)));
    assertEquals(folder.resolve("model.keras").toString(), refused.file());
    assertFalse(refused.getMessage().chars().anyMatch(Character::isISOControl), refused.getMessage());
    try (Stream<Path> files = Files.list(folder)) {
      assertEquals(List.of(folder.resolve("model.keras")), files.toList());
    }
    return refused;
  }

  /** Where the directory's entry of this name begins. */
  private static int directoryEntry(byte[] zip, String name) {
    ByteBuffer bytes = ByteBuffer.wrap(zip).order(ByteOrder.LITTLE_ENDIAN);
    int at = new String(zip, ISO_8859_1).lastIndexOf(name) - 46;
    assertEquals(CENTRAL_ENTRY, bytes.getInt(at));
    return at;
  }

  @Test
  void aGoodArchiveGivesItsParts() {
    entries.put("assets/", new byte[0]);
    entries.put("assets/text_vectorization/vocabulary.txt", "a".getBytes(UTF_8));
    try (KerasFile file = open(zip(entries))) {
      assertEquals(Kind.KERAS_ARCHIVE, file.kind());
      assertTrue(file.kind().byPosition());
      assertEquals(Optional.of(CONFIGURATION), file.configuration());
      assertEquals(Optional.empty(), file.trainingConfiguration());
      assertEquals(Optional.of("3.15.1"), file.kerasVersion());
      assertEquals(List.of("a"), file.weights().children());
      assertEquals(folder.resolve("model.keras"), file.path());
    }
  }

  @Test
  void withoutMetadataTheVersionIsUnknown() {
    entries.remove("metadata.json");
    try (KerasFile file = open(zip(entries))) {
      assertEquals(Optional.empty(), file.kerasVersion());
    }
  }

  @Test
  void metadataThatIsNoJsonIsRefused() throws IOException {
    entries.put("metadata.json", "[".repeat(100_000).getBytes(UTF_8));
    refused(InvalidConfiguration.class, zip(entries));
  }

  @Test
  void missingPartsAreNamed() throws IOException {
    Map<String, byte[]> weightsOnly = new LinkedHashMap<>(entries);
    weightsOnly.remove("config.json");
    assertTrue(refused(WrongFormat.class, zip(weightsOnly)).found().contains("model.weights.h5"));
    entries.remove("model.weights.h5");
    entries.put("model.weights.npz", new byte[10]);
    assertEquals("model.weights.h5", refused(Incomplete.class, zip(entries)).object());
  }

  @Test
  void weightsThatAreNoHdf5AreRefused() throws IOException {
    entries.put("model.weights.h5", "hello".getBytes(UTF_8));
    assertEquals("model.weights.h5", refused(WrongFormat.class, zip(entries)).object());
  }

  @Test
  void aConfigurationThatIsNotUtf8IsDamaged() throws IOException {
    entries.put("config.json", "{\"\u00e4\"}".getBytes(ISO_8859_1));
    assertEquals("config.json", refused(Damaged.class, zip(entries)).object());
  }

  @ParameterizedTest
  @ValueSource(strings = {"../config.json", "/etc/passwd", "a/../../b", "a\\b", "C:evil", "..", "a/..", "./a", "a//b",
      "a\nb", "a\u001b[2J", "a\u202eb", "a\u0000b"})
  void namesThatLeadElsewhereAreRefused(String name) throws IOException {
    entries.put(name, new byte[1]);
    refused(Unsafe.class, zip(entries));
  }

  @Test
  void longNamesAreRefused() throws IOException {
    entries.put("a".repeat(65_000), new byte[1]);
    refused(Unsafe.class, zip(entries));
  }

  @Test
  void twoEntriesOfOneNameAreRefused() throws IOException {
    entries.put("confih.json", "{}".getBytes(UTF_8));
    byte[] zip = new String(zip(entries), ISO_8859_1).replace("confih", "config").getBytes(ISO_8859_1);
    assertEquals("\"config.json\" twice", refused(Unsafe.class, zip).found());
  }

  @Test
  void aBombIsRefusedByItsDeclaredSize() throws IOException {
    entries.put("config.json", new byte[40 << 20]);
    assertEquals("config.json", refused(TooLarge.class, zip(entries)).object());
    entries.put("config.json", CONFIGURATION.getBytes(UTF_8));
    entries.put("model.weights.h5", new byte[40 << 20]);
    assertEquals("model.weights.h5", refused(TooLarge.class, zip(entries)).object());
  }

  @Test
  void aBombThatDeclaresLessIsRefused() throws IOException {
    entries.put("config.json", new byte[10 << 20]);
    byte[] zip = zip(entries);
    ByteBuffer.wrap(zip).order(ByteOrder.LITTLE_ENDIAN).putInt(directoryEntry(zip, "config.json") + 24, 100);
    assertEquals("config.json", refused(Damaged.class, zip).object());
  }

  @Test
  void aChangedByteIsFoundByTheChecksum() throws IOException {
    byte[] zip = zip(entries);
    zip[directoryEntry(zip, "config.json") + 16] ^= 1;
    assertEquals("config.json", refused(Damaged.class, zip).object());
  }

  @Test
  void encryptedEntriesAreRefused() throws IOException {
    byte[] zip = zip(entries);
    zip[directoryEntry(zip, "config.json") + 8] |= 1;
    assertEquals("an encrypted one", refused(Unsafe.class, zip).found());
  }

  @Test
  void otherCompressionIsRefused() throws IOException {
    byte[] zip = zip(entries);
    zip[directoryEntry(zip, "config.json") + 10] = 12;
    assertEquals("compression method 12", refused(WrongFormat.class, zip).found());
  }

  @Test
  void symbolicLinksAreRefused() throws IOException {
    byte[] zip = zip(entries);
    int entry = directoryEntry(zip, "config.json");
    zip[entry + 5] = 3;
    ByteBuffer.wrap(zip).order(ByteOrder.LITTLE_ENDIAN).putInt(entry + 38, 0120777 << 16);
    assertEquals("a symbolic link", refused(Unsafe.class, zip).found());
  }

  @Test
  void garbageBehindTheDirectoryIsRefused() throws IOException {
    byte[] zip = zip(entries);
    refused(Damaged.class, Arrays.copyOf(zip, zip.length + 1));
  }

  @Test
  void aDirectoryOfMillionsIsRefusedUnread() throws IOException {
    byte[] zip = zip(entries);
    int end = zip.length - 22;
    byte[] large = Arrays.copyOf(zip, zip.length + (2 << 20));
    System.arraycopy(zip, end, large, large.length - 22, 22);
    refused(TooLarge.class, large);
  }

  @Test
  void theKindForLargeArchivesIsRefused() throws IOException {
    byte[] zip = zip(entries);
    int end = zip.length - 22;
    byte[] with = Arrays.copyOf(zip, zip.length + 20);
    System.arraycopy(zip, end, with, end + 20, 22);
    System.arraycopy(new byte[] {'P', 'K', 6, 7}, 0, with, end, 4);
    refused(WrongFormat.class, with);
  }
}
