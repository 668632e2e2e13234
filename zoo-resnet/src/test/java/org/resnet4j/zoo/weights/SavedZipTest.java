package org.resnet4j.zoo.weights;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.resnet4j.zoo.image.Preprocessing;
import org.resnet4j.zoo.weights.WeightsException.Reason;

class SavedZipTest {
  private static final SavedModel MODEL = new SavedModel(TinyGraphs.residual(CNN2DFormat.NCHW, 1),
      List.of("a", "b", "c"), Preprocessing.tf(8), Map.of("model", "tiny"));

  @TempDir
  Path folder;

  private Path zip;

  @BeforeEach
  void save() {
    zip = folder.resolve("model.zip");
    MODEL.save(zip);
  }

  private WeightsException refused(Reason reason) throws IOException {
    long before = temporaryFolders();
    WeightsException refused = assertTimeoutPreemptively(Duration.ofSeconds(60),
        () -> assertThrows(WeightsException.class, () -> SavedModel.load(zip)));
    assertEquals(reason, refused.reason(), refused.getMessage());
    assertTrue(refused.getMessage().startsWith(zip.toString()), refused.getMessage());
    assertEquals(before, temporaryFolders(), "what was unpacked must be gone");
    return refused;
  }

  private static long temporaryFolders() throws IOException {
    try (Stream<Path> files = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
      return files.filter(file -> file.getFileName().toString().matches("resnet4j-\\d+")).count();
    }
  }

  private Map<String, byte[]> entries() throws IOException {
    Map<String, byte[]> entries = new LinkedHashMap<>();
    try (ZipFile file = new ZipFile(zip.toFile())) {
      for (ZipEntry entry : (Iterable<ZipEntry>) file.stream().map(ZipEntry.class::cast)::iterator) {
        try (InputStream in = file.getInputStream(entry)) {
          entries.put(entry.getName(), in.readAllBytes());
        }
      }
    }
    return entries;
  }

  private void write(Map<String, byte[]> entries) throws IOException {
    try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(zip))) {
      for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
        out.putNextEntry(new ZipEntry(entry.getKey()));
        out.write(entry.getValue());
        out.closeEntry();
      }
    }
  }

  @Test
  void aZipComesBackEqual() throws IOException {
    assertTrue(Files.isRegularFile(zip));
    SavedModel loaded = SavedModel.load(zip);
    assertEquals(MODEL.graph().params(), loaded.graph().params());
    assertEquals(MODEL.classes(), loaded.classes());
    assertEquals(MODEL.preprocessing(), loaded.preprocessing());
    assertEquals(MODEL.metadata(), loaded.metadata());
    assertEquals(List.of("configuration.json", "classes.txt", "preprocessing.json", "weights.safetensors"),
        List.copyOf(entries().keySet()));
  }

  @Test
  void theZipHoldsWhatTheFolderHolds() throws IOException {
    Path other = folder.resolve("model");
    MODEL.save(other);
    for (Map.Entry<String, byte[]> entry : entries().entrySet()) {
      assertArrayEquals(Files.readAllBytes(other.resolve(entry.getKey())), entry.getValue(), entry.getKey());
    }
  }

  @Test
  void theSameModelGivesTheSameBytes() throws IOException {
    byte[] first = Files.readAllBytes(zip);
    MODEL.save(zip);
    assertArrayEquals(first, Files.readAllBytes(zip));
  }

  @Test
  void aZipMadeByOthersInAnotherOrderIsRead() throws IOException {
    Map<String, byte[]> reversed = new LinkedHashMap<>();
    Map<String, byte[]> entries = entries();
    for (String name : List.of("weights.safetensors", "preprocessing.json", "classes.txt", "configuration.json")) {
      reversed.put(name, entries.get(name));
    }
    write(reversed);
    assertEquals(MODEL.graph().params(), SavedModel.load(zip).graph().params());
  }

  @ParameterizedTest
  @ValueSource(strings = {"../outside", "/absolute", "extra.txt", "model/classes.txt", "CLASSES.TXT", "a\\b", "sub/"})
  void anotherEntryIsRefusedByName(String name) throws IOException {
    Map<String, byte[]> entries = entries();
    entries.put(name, new byte[0]);
    write(entries);
    WeightsException refused = refused(Reason.ENTRY_REFUSED);
    assertTrue(refused.getMessage().contains(name), refused.getMessage());
    assertFalse(Files.exists(folder.resolveSibling("outside")));
  }

  @Test
  void aMissingEntryIsNamed() throws IOException {
    for (String name : entries().keySet()) {
      save();
      Map<String, byte[]> entries = entries();
      entries.remove(name);
      write(entries);
      assertTrue(refused(Reason.FILE_MISSING).getMessage().contains(name));
    }
  }

  @Test
  void anEntryThatIsThereTwiceIsRefused() throws IOException {
    Map<String, byte[]> entries = entries();
    entries.put("classes.tx2", "x\ny\nz\n".getBytes(StandardCharsets.UTF_8));
    write(entries);
    // ISO 8859-1 keeps every byte.
    String bytes = Files.readString(zip, StandardCharsets.ISO_8859_1);
    Files.writeString(zip, bytes.replace("classes.tx2", "classes.txt"), StandardCharsets.ISO_8859_1);
    assertTrue(refused(Reason.ENTRY_REFUSED).getMessage().contains("twice"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"configuration.json", "classes.txt", "preprocessing.json", "weights.safetensors"})
  void aBombIsNotUnpacked(String name) throws IOException {
    Map<String, byte[]> entries = entries();
    try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(zip))) {
      for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
        out.putNextEntry(new ZipEntry(entry.getKey()));
        out.write(entry.getValue());
        if (entry.getKey().equals(name)) {
          byte[] zeros = new byte[1 << 20];
          for (int i = 0; i < 101; i++) {
            out.write(zeros);
          }
        }
        out.closeEntry();
      }
    }
    refused(Reason.FILE_TOO_LARGE);
  }

  @Test
  void aBombThatLiesAboutItsSizeIsFoundWhileUnpacking() throws IOException {
    Map<String, byte[]> entries = entries();
    byte[] huge = new byte[2 << 20];
    Arrays.fill(huge, (byte) 'a');
    entries.put("classes.txt", huge);
    write(entries);
    byte[] bytes = Files.readAllBytes(zip);
    byte[] size = {0, 0, 0x20, 0};
    byte[] lie = {6, 0, 0, 0};
    int changed = 0;
    for (int i = 0; i < bytes.length - 4; i++) {
      if (Arrays.equals(bytes, i, i + 4, size, 0, 4)) {
        System.arraycopy(lie, 0, bytes, i, 4);
        changed++;
      }
    }
    assertTrue(changed > 0);
    Files.write(zip, bytes);
    WeightsException refused = assertThrows(WeightsException.class, () -> SavedModel.load(zip));
    assertTrue(List.of(Reason.FILE_TOO_LARGE, Reason.ZIP).contains(refused.reason()), refused.getMessage());
  }

  @Test
  void aFlippedBitIsFound() throws IOException {
    byte[] bytes = Files.readAllBytes(zip);
    int at = new String(bytes, StandardCharsets.ISO_8859_1).indexOf("__metadata__") + 400;
    bytes[at] ^= 1;
    Files.write(zip, bytes);
    refused(Reason.ZIP);
  }

  @Test
  void whatIsNoZipIsRefused() throws IOException {
    byte[] whole = Files.readAllBytes(zip);
    ByteArrayOutputStream longer = new ByteArrayOutputStream();
    longer.write(whole);
    longer.write("more".getBytes(StandardCharsets.UTF_8));
    for (byte[] bytes : List.of(new byte[0], "text".getBytes(StandardCharsets.UTF_8), new byte[100],
        Arrays.copyOf(whole, whole.length / 2), Arrays.copyOf(whole, whole.length - 1), longer.toByteArray())) {
      Files.write(zip, bytes);
      refused(Reason.ZIP);
    }
  }

  /** Seeded: each damage is refused or changes nothing that counts. */
  @Test
  void damagedZipsGiveNoOtherException() throws IOException {
    byte[] whole = Files.readAllBytes(zip);
    Random random = new Random(5);
    int refused = 0;
    for (int round = 0; round < 150; round++) {
      byte[] bytes = whole.clone();
      for (int i = random.nextInt(4); i >= 0; i--) {
        // Half of it where the directory is.
        int at = random.nextBoolean() ? random.nextInt(bytes.length) : bytes.length - 1 - random.nextInt(320);
        bytes[at] = (byte) random.nextInt(256);
      }
      Files.write(zip, bytes);
      try {
        SavedModel.load(zip);
      } catch (WeightsException e) {
        refused++;
      }
    }
    assertTrue(refused > 100, refused + " of 150");
  }

  @Test
  void anInterruptedSaveLeavesTheOldZip() throws IOException {
    byte[] before = Files.readAllBytes(zip);
    assertThrows(IllegalStateException.class, () -> MODEL.save(zip, step -> {
      if (step.startsWith("move")) {
        throw new IllegalStateException("killed");
      }
    }));
    assertArrayEquals(before, Files.readAllBytes(zip));
    try (Stream<Path> files = Files.list(folder)) {
      assertEquals(List.of(zip), files.toList());
    }
  }
}
