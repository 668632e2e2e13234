package org.resnet4j.modelimport.file;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.resnet4j.modelimport.ModelImportException;
import org.resnet4j.modelimport.ModelImportException.Damaged;
import org.resnet4j.modelimport.ModelImportException.TooLarge;
import org.resnet4j.modelimport.ModelImportException.Unreadable;
import org.resnet4j.modelimport.ModelImportException.WrongFormat;

class WrongFileTest {
  private static final Duration SOON = Duration.ofSeconds(10);

  @TempDir
  Path folder;

  private static ModelImportException refused(Class<? extends ModelImportException> kind, Path path) {
    ModelImportException refused =
        assertTimeoutPreemptively(SOON, () -> assertThrows(kind, () -> KerasFile.open(path)));
    assertEquals(path.toString(), refused.file());
    assertTrue(refused.getMessage().startsWith(path.toString()), refused.getMessage());
    return refused;
  }

  @ParameterizedTest
  @CsvSource(quoteCharacter = '`', delimiter = '|', textBlock = """
      | an empty file
      hello world | text that begins with "hello world"
      <!DOCTYPE html><html> | a web page (HTML) instead of the file: download it again
       <HTML lang="en"> | a web page (HTML) instead of the file: download it again
      version https://git-lfs.github.com/spec/v1 | a Git LFS pointer instead of the file: run "git lfs pull"
      \\x1f\\x8b\\x08\\x00 | a gzip file: unpack it first
      \\x80\\x04\\x95 | a Python pickle, which is never read: it could run code
      \\x89PNG\\r\\n | a PNG image
      \\xff\\xd8\\xff\\xe0 | a JPEG image
      PK\\x05\\x06 | a zip archive without entries
      \\x93NUMPY\\x01\\x00 | a single NumPy array (.npy)
      { "class_name": "Model" } | JSON text, as of an architecture without weights
      \\x00\\x01\\x02\\x03 | bytes of no known kind
      \\x89HDF | bytes of no known kind
      \\x1b[2Jclear | bytes of no known kind
      """)
  void whatAFileIsInsteadIsSaid(String beginning, String found) throws IOException {
    String bytes = beginning == null ? "" : beginning.replace("\\r", "\r").replace("\\n", "\n");
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < bytes.length(); i++) {
      boolean escaped = bytes.startsWith("\\x", i);
      text.append(escaped ? (char) Integer.parseInt(bytes.substring(i + 2, i + 4), 16) : bytes.charAt(i));
      i += escaped ? 3 : 0;
    }
    Path path = Files.write(folder.resolve("resnet_v2.h5"), text.toString().getBytes(ISO_8859_1));
    assertEquals(found, refused(WrongFormat.class, path).found());
  }

  @Test
  void aTarArchiveIsKnownByItsHeader() throws IOException {
    byte[] tar = new byte[1024];
    System.arraycopy("ustar".getBytes(ISO_8859_1), 0, tar, 257, 5);
    assertEquals("a tar archive: unpack it first",
        refused(WrongFormat.class, Files.write(folder.resolve("x.h5"), tar)).found());
  }

  @Test
  void aNameThatSaysOtherwiseIsRefused() throws IOException {
    byte[] hdf5 = HostileFiles.fixture("hard_cycle.h5");
    assertTrue(refused(WrongFormat.class, Files.write(folder.resolve("Model.KERAS"), hdf5)).found()
        .startsWith("an HDF5 file: rename it to .h5"));
    byte[] zip = "PK\3\4".getBytes(ISO_8859_1);
    assertTrue(refused(WrongFormat.class, Files.write(folder.resolve("model.h5"), zip)).found()
        .startsWith("a zip archive: rename it to .keras"));
  }

  @Test
  void hdf5OfOthersIsNoKerasFile() {
    byte[] bytes = HostileFiles.fixture("hard_cycle.h5");
    System.arraycopy("other_names".getBytes(ISO_8859_1), 0, bytes, HostileFiles.find(bytes, "layer_names"), 11);
    refused(WrongFormat.class, HostileFiles.write(folder, "x.h5", bytes));
  }

  @Test
  void aFileThatIsntThereIsSaidSo() {
    assertEquals("nothing of that name", refused(Unreadable.class, folder.resolve("absent.h5")).found());
  }

  @Test
  void aFolderIsNoFile() {
    assertEquals("a folder", refused(Unreadable.class, folder).found());
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void aPipeIsNotWaitedFor() throws IOException, InterruptedException {
    Path pipe = folder.resolve("pipe.h5");
    Process made;
    try {
      made = new ProcessBuilder("mkfifo", pipe.toString()).start();
    } catch (IOException e) {
      assumeTrue(false, "no mkfifo here");
      return;
    }
    assumeTrue(made.waitFor(10, TimeUnit.SECONDS) && made.exitValue() == 0, "no pipes here");
    assertEquals("a pipe or device", refused(Unreadable.class, pipe).found());
    assertTimeoutPreemptively(SOON, () -> assertThrows(Unreadable.class, () -> NpzFile.open(pipe)));
    assertTimeoutPreemptively(SOON, () -> assertThrows(Unreadable.class, () -> KerasFile.readArchitecture(pipe)));
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void aDeviceIsNotRead() {
    refused(Unreadable.class, Path.of("/dev/zero"));
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void withoutPermissionThereIsASentence() throws IOException {
    Path path = HostileFiles.fixture(folder, "hard_cycle.h5");
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("---------"));
    assumeFalse(Files.isReadable(path), "this user may read everything");
    assertEquals("one without permission to read it", refused(Unreadable.class, path).found());
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void aLinkToAFileIsAFile() throws IOException {
    Path link = Files.createSymbolicLink(folder.resolve("link.h5"), HostileFiles.fixture(folder, "hard_cycle.h5"));
    KerasFile.open(link).close();
    Files.delete(folder.resolve("hard_cycle.h5"));
    assertEquals("nothing of that name", refused(Unreadable.class, link).found());
    Path loop = folder.resolve("loop.h5");
    Files.createSymbolicLink(loop, loop);
    refused(Unreadable.class, loop);
  }

  @ParameterizedTest
  @ValueSource(strings = {"touched", "longer", "shorter", "replaced", "gone"})
  void aFileThatChangesMeanwhileIsRefused(String change) throws IOException {
    Path path = HostileFiles.fixture(folder, "hard_cycle.h5");
    try (RegularFile file = RegularFile.open(path)) {
      byte[] bytes = Files.readAllBytes(path);
      switch (change) {
        case "touched" -> Files.setLastModifiedTime(path, FileTime.fromMillis(0));
        case "longer" -> Files.write(path, Arrays.copyOf(bytes, bytes.length + 1));
        case "shorter" -> Files.write(path, Arrays.copyOf(bytes, bytes.length - 1));
        case "replaced" -> {
          FileTime time = Files.getLastModifiedTime(path);
          Files.move(path, folder.resolve("before.h5"));
          Files.write(path, bytes);
          Files.setLastModifiedTime(path, time);
          assumeTrue(OS.current() != OS.WINDOWS, "files have no keys there");
        }
        default -> Files.delete(path);
      }
      ModelImportException refused = assertThrows(Unreadable.class, () -> file.bytes(RegularFile.LARGEST));
      assertEquals("one that changed while it was read", refused.found());
    }
  }

  @Test
  void aFileOfMoreThanTwoGigabytesIsRefusedUnread() throws IOException {
    Path path = HostileFiles.fixture(folder, "hard_cycle.h5");
    try (RandomAccessFile longer = new RandomAccessFile(path.toFile(), "rw")) {
      longer.setLength(3L << 30);
    }
    refused(TooLarge.class, path);
  }

  @Test
  void anArchitectureIsJsonInUtf8() throws IOException {
    Path path = folder.resolve("x.json");
    assertEquals("{\"a\": \"\u00e4\"}", KerasFile.readArchitecture(Files.writeString(path, "{\"a\": \"\u00e4\"}")));
    Files.write(path, "{\"a\": \"\u00e4\"}".getBytes(ISO_8859_1));
    assertThrows(Damaged.class, () -> KerasFile.readArchitecture(path));
    Files.writeString(path, "class_name: Functional");
    assertThrows(WrongFormat.class, () -> KerasFile.readArchitecture(path));
    HostileFiles.write(folder, "x.json", HostileFiles.fixture("hard_cycle.h5"));
    assertThrows(WrongFormat.class, () -> KerasFile.readArchitecture(path));
    Files.writeString(path, "{");
    try (RandomAccessFile longer = new RandomAccessFile(path.toFile(), "rw")) {
      longer.setLength(100L << 20);
    }
    assertEquals(path.toString(), assertThrows(ModelImportException.class, () -> KerasFile.readArchitecture(path))
        .file());
  }
}
