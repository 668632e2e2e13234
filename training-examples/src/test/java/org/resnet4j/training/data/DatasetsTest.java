package org.resnet4j.training.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.resnet4j.training.data.DataException.Kind;

class DatasetsTest {
  private static final DatasetOptions OPTIONS = DatasetOptions.standard().withThreads(2);
  @TempDir
  private Path folder;

  @Test
  void whatIsNotUnderstoodIsToldWhatIs() throws IOException {
    Files.createDirectories(folder.resolve("empty"));
    Photos.write(folder.resolve("notes.txt"), new byte[] {1});
    for (String data : List.of("cifar100", folder.resolve("empty").toString(), folder.resolve("notes.txt").toString(),
        "a\0b")) {
      DataException refused = assertThrows(DataException.class, () -> Datasets.open(data, OPTIONS));
      assertEquals(Kind.UNKNOWN_DATA, refused.kind(), data);
      for (String understood : List.of("cifar10", "synthetic", "sub-folder", "data_batch_1.bin", "idx3")) {
        assertTrue(refused.getMessage().contains(understood), refused.getMessage());
      }
    }
  }

  @Test
  void aFolderOfImagesIsSplitByNumberOrShare() {
    Photos.fill(folder.resolve("d/a"), 0, 20);
    Photos.fill(folder.resolve("d/b"), 100, 10);
    String data = folder.resolve("d").toString();
    Dataset byNumber = Datasets.open(data, OPTIONS.withValidation(HeldOut.images(6)));
    assertEquals("d", byNumber.name());
    assertEquals(24, byNumber.train().size());
    assertEquals(6, byNumber.validation().size());
    assertEquals(0, byNumber.test().size());
    assertEquals(byNumber.fingerprint(), Datasets.open(data, OPTIONS.withValidation(HeldOut.share(0.2))).fingerprint());
    assertEquals(Kind.TOO_FEW_TO_SPLIT, assertThrows(DataException.class,
        () -> Datasets.open(data, OPTIONS.withValidation(HeldOut.images(5000)))).kind());
    assertEquals(Kind.NO_VALIDATION, assertThrows(DataException.class,
        () -> Datasets.open(data, OPTIONS.withValidation(HeldOut.NONE))).kind());
  }

  @Test
  void withoutHeldOutImagesThoseToTestValidate() {
    Photos.fill(folder.resolve("d/train/a"), 0, 4);
    Photos.fill(folder.resolve("d/train/b"), 10, 4);
    Photos.fill(folder.resolve("d/test/a"), 20, 1);
    Photos.fill(folder.resolve("d/test/b"), 30, 1);
    String data = folder.resolve("d").toString();
    Dataset none = Datasets.open(data, OPTIONS.withValidation(HeldOut.NONE));
    assertEquals(List.of(8, 2, 0), sizes(none));
    Dataset held = Datasets.open(data, OPTIONS.withValidation(HeldOut.images(2)));
    assertEquals(List.of(6, 2, 2), sizes(held));
    assertNotEquals(none.fingerprint(), held.fingerprint());
  }

  @Test
  void aFingerprintIsOfContentsAndOrderNotOfPlaces() throws IOException {
    Photos.fill(folder.resolve("d/a"), 0, 6);
    Photos.fill(folder.resolve("d/b"), 10, 6);
    String print = Datasets.open(folder.resolve("d").toString(), OPTIONS).fingerprint();
    Files.move(folder.resolve("d"), folder.resolve("moved"));
    String data = folder.resolve("moved").toString();
    assertEquals(print, Datasets.open(data, OPTIONS).fingerprint());
    Photos.write(folder.resolve("moved/a/03.png"), Photos.png(50));
    String changed = Datasets.open(data, OPTIONS).fingerprint();
    assertNotEquals(print, changed);
    Files.move(folder.resolve("moved/b"), folder.resolve("moved/c"));
    assertNotEquals(changed, Datasets.open(data, OPTIONS).fingerprint());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ".gz"})
  void idxFilesAreRead(String suffix) throws IOException {
    writeIdx(suffix, 5, 3, 4, 3);
    Dataset data = Datasets.open(folder.toString(), OPTIONS.withValidation(HeldOut.NONE));
    assertEquals(List.of("0", "1", "2"), data.classes());
    assertEquals(List.of(5, 3, 0), sizes(data));
    assertEquals(4, data.train().image(2).getWidth());
    assertEquals(3, data.train().image(2).getHeight());
    assertEquals(0x010101 * (2 * 12 + 4 + 3), data.train().image(2).getRGB(3, 1) & 0xFFFFFF);
    assertEquals(1, data.train().label(4));
  }

  @Test
  void fashionsLabelsTellItsNames() throws IOException {
    writeIdx("", 16, 10, 28, 10);
    byte[] labels = {9, 0, 0, 3, 0, 2, 7, 2, 5, 5, 0, 9, 5, 5, 7, 9};
    write("train-labels-idx1-ubyte", idx(labels, 16));
    Dataset data = Datasets.open(folder.toString(), OPTIONS.withValidation(HeldOut.NONE));
    assertEquals("Fashion-MNIST", data.name());
    assertEquals("Ankle boot", data.classes().get(9));
  }

  @Test
  void damagedIdxFilesAreRefused() throws IOException {
    byte[] pixels = idx(new byte[5 * 12], 5, 3, 4);
    byte[] huge = idx(new byte[5 * 12], 5, 30_000, 4);
    byte[] claims = idx(new byte[5 * 12], 60_000, 100, 100);
    byte[] negative = idx(new byte[5 * 12], -5, 3, 4);
    byte[] magic = pixels.clone();
    magic[2] = 9;
    for (byte[] content : List.of(huge, claims, negative, magic, new byte[0], Arrays.copyOf(pixels, pixels.length - 1),
        Arrays.copyOf(pixels, pixels.length + 1))) {
      writeIdx("", 5, 3, 4, 3);
      write("train-images-idx3-ubyte", content);
      DataException refused = assertThrows(DataException.class, () -> Datasets.open(folder.toString(), OPTIONS));
      assertEquals(Kind.BAD_FILE, refused.kind());
      assertTrue(refused.getMessage().contains(folder.resolve("train-") + ""), refused.getMessage());
    }
    writeIdx("", 5, 3, 4, 3);
    write("train-labels-idx1-ubyte", idx(new byte[4], 4));
    assertEquals(Kind.BAD_FILE, assertThrows(DataException.class, () -> Datasets.open(folder.toString(), OPTIONS))
        .kind());
    Files.delete(folder.resolve("t10k-images-idx3-ubyte"));
    writeLabels();
    assertTrue(assertThrows(DataException.class, () -> Datasets.open(folder.toString(), OPTIONS)).getMessage()
        .contains("t10k-images-idx3-ubyte"));
  }

  @Test
  void quotasSumUpExactly() {
    int[] classes = {7, 1, 0, 93};
    for (int count = 0; count <= 101; count++) {
      int[] quotas = HeldOut.images(count).quotas(classes);
      assertEquals(count, Arrays.stream(quotas).sum());
      for (int label = 0; label < classes.length; label++) {
        assertTrue(Math.abs(quotas[label] - classes[label] * count / 101.0) < 1);
      }
    }
    assertEquals(101, Arrays.stream(HeldOut.images(1000).quotas(classes)).sum());
    assertArrayEquals(new int[] {1, 0, 0, 9}, HeldOut.share(0.1).quotas(classes));
    for (double share : new double[] {-0.1, 1, Double.NaN}) {
      assertThrows(IllegalArgumentException.class, () -> HeldOut.share(share));
    }
    assertThrows(IllegalArgumentException.class, () -> HeldOut.images(-1));
  }

  private static List<Integer> sizes(Dataset data) {
    return List.of(data.train().size(), data.validation().size(), data.test().size());
  }

  /** Pixel (image, y, x) is image * 12 + y * width + x; labels are 0, 1, ... in turn. */
  private void writeIdx(String suffix, int train, int test, int width, int classes) throws IOException {
    for (String part : List.of("train", "t10k")) {
      int count = part.equals("train") ? train : test;
      byte[] pixels = new byte[count * 3 * width];
      byte[] labels = new byte[count];
      for (int i = 0; i < pixels.length; i++) {
        pixels[i] = (byte) i;
      }
      for (int i = 0; i < count; i++) {
        labels[i] = (byte) (i % classes);
      }
      write(part + "-images-idx3-ubyte" + suffix, idx(pixels, count, 3, width));
      write(part + "-labels-idx1-ubyte" + suffix, idx(labels, count));
    }
  }

  private void writeLabels() throws IOException {
    write("train-labels-idx1-ubyte", idx(new byte[] {0, 1, 2, 0, 1}, 5));
  }

  private static byte[] idx(byte[] content, int... dimensions) {
    ByteBuffer bytes = ByteBuffer.allocate(4 + 4 * dimensions.length + content.length);
    bytes.putInt(0x0800 + dimensions.length);
    for (int dimension : dimensions) {
      bytes.putInt(dimension);
    }
    return bytes.put(content).array();
  }

  private void write(String name, byte[] content) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    if (name.endsWith(".gz")) {
      try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
        gzip.write(content);
      }
    } else {
      bytes.write(content);
    }
    Photos.write(folder.resolve(name), bytes.toByteArray());
  }
}
