package org.resnet4j.training.data;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/** Small files of CIFAR-10's kind. */
final class Cifar10Files {
  static final int RECORD = 3073;

  private Cifar10Files() { }

  /** Four images in each of the five training files, twenty to test: labels 0 to 9 in turn. */
  static Map<String, byte[]> files() {
    Map<String, byte[]> files = new LinkedHashMap<>();
    for (int batch = 1; batch <= 5; batch++) {
      files.put("data_batch_" + batch + ".bin", records(batch, 4, 4 * (batch - 1)));
    }
    files.put("test_batch.bin", records(6, 20, 0));
    return files;
  }

  static byte[] records(int seed, int count, int firstLabel) {
    byte[] records = new byte[count * RECORD];
    new Random(seed).nextBytes(records);
    for (int i = 0; i < count; i++) {
      records[i * RECORD] = (byte) ((firstLabel + i) % 10);
    }
    return records;
  }

  static byte[] archive(Map<String, byte[]> files) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (TarArchiveOutputStream tar = new TarArchiveOutputStream(new GZIPOutputStream(bytes))) {
      add(tar, "cifar-10-batches-bin/readme.html", "<p>about</p>".getBytes(StandardCharsets.UTF_8));
      for (Map.Entry<String, byte[]> file : files.entrySet()) {
        add(tar, "cifar-10-batches-bin/" + file.getKey(), file.getValue());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  private static void add(TarArchiveOutputStream tar, String name, byte[] content) throws IOException {
    TarArchiveEntry entry = new TarArchiveEntry(name);
    entry.setSize(content.length);
    tar.putArchiveEntry(entry);
    tar.write(content);
    tar.closeArchiveEntry();
  }
}
