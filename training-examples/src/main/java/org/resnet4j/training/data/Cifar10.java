package org.resnet4j.training.data;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.io.input.BoundedInputStream;
import org.resnet4j.training.data.DataException.Kind;
import org.resnet4j.zoo.store.Checksum;
import org.resnet4j.zoo.store.PublishedFile;
import org.resnet4j.zoo.store.WeightStoreException;

/**
 * CIFAR-10's binary version (Krizhevsky 2009, {@code www.cs.toronto.edu/~kriz/cifar.html}): 50,000 training and 10,000
 * test images of 32x32 pixels in 10 classes, six files of records of 3,073 bytes: the label, then the red, the green
 * and the blue plane. Archives and files are believed only within those bounds; fewer records are allowed.
 */
final class Cifar10 {
  /** Address, MD5 and length as the publisher states them. */
  static final PublishedFile ARCHIVE = new PublishedFile("cifar-10-binary.tar.gz",
      URI.create("https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz"),
      Checksum.md5("c32a1d4ab5d03f1284b67883e8d87530"), 170_052_171);
  static final String NAME = "CIFAR-10";
  static final List<String> TRAIN_FILES = List.of("data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin",
      "data_batch_4.bin", "data_batch_5.bin");
  static final String TEST_FILE = "test_batch.bin";

  private static final String NAMES_FILE = "batches.meta.txt";
  private static final List<String> CLASSES = List.of("airplane", "automobile", "bird", "cat", "deer", "dog", "frog",
      "horse", "ship", "truck");
  private static final int SIDE = 32;
  private static final int PLANE = SIDE * SIDE;
  private static final int RECORD = 1 + 3 * PLANE;
  private static final int MAX_RECORDS = 10_000;
  private static final int MAX_NAMES_BYTES = 4096;
  /** The archive unpacked has 184 MB. */
  private static final long MAX_UNPACKED = 256L << 20;
  private static final int MAX_ENTRIES = 100;

  /** File name to content. */
  private final Map<String, byte[]> files = new HashMap<>();
  private final String where;

  private Cifar10(String where) {
    this.where = where;
  }

  /** From the cache, else from the publisher. */
  static ArrayDataset fetch(PublishedFile archive, DatasetOptions options) {
    try {
      return archive(options.store().fetch(archive, options.download()));
    } catch (WeightStoreException e) {
      throw new DataException(Kind.NOT_AVAILABLE, NAME + ": " + e.getMessage() + " Or fetch " + archive.address()
          + " on another machine and put it here as " + options.store().path(archive).toAbsolutePath()
          + ", or name a folder that holds it.", e);
    }
  }

  /** From an archive, whatever its checksum. */
  static ArrayDataset archive(Path archive) {
    Cifar10 read = new Cifar10(archive.toString());
    try (InputStream file = new BufferedInputStream(Files.newInputStream(archive), 1 << 16);
        InputStream bounded = BoundedInputStream.builder().setInputStream(new GZIPInputStream(file, 1 << 16))
            .setMaxCount(MAX_UNPACKED).get();
        TarArchiveInputStream tar = new TarArchiveInputStream(bounded)) {
      int entries = 0;
      for (TarArchiveEntry entry; (entry = tar.getNextEntry()) != null; ) {
        if (++entries > MAX_ENTRIES) {
          throw read.bad("more than " + MAX_ENTRIES + " entries, expected eight");
        }
        String name = Path.of(entry.getName().replace('\0', '?')).getFileName() + "";
        if (entry.isFile()) {
          read.take(name, tar);
        }
      }
    } catch (IOException | IllegalArgumentException e) {
      throw new DataException(Kind.BAD_FILE, archive + ": not a readable .tar.gz archive (" + e.getMessage()
          + "); get it again", e);
    }
    return read.dataset();
  }

  /** From a folder with the archive's files. */
  static ArrayDataset folder(Path folder) {
    Cifar10 read = new Cifar10(folder.toString());
    for (String name : TRAIN_FILES) {
      read.take(folder, name);
    }
    read.take(folder, TEST_FILE);
    read.take(folder, NAMES_FILE);
    return read.dataset();
  }

  private void take(Path folder, String name) {
    Path file = folder.resolve(name);
    if (!Files.exists(file)) {
      return;
    }
    try (InputStream in = Files.newInputStream(file)) {
      take(name, in);
    } catch (IOException e) {
      throw new DataException(Kind.UNREADABLE, file + ": cannot be read (" + e.getMessage() + "); may this user?", e);
    }
  }

  /** Keeps the content if the name is one of ours. */
  private void take(String name, InputStream in) throws IOException {
    boolean records = TRAIN_FILES.contains(name) || name.equals(TEST_FILE);
    if (!records && !name.equals(NAMES_FILE)) {
      return;
    }
    int most = records ? MAX_RECORDS * RECORD : MAX_NAMES_BYTES;
    byte[] content = in.readNBytes(most + 1);
    if (content.length > most || records && (content.length == 0 || content.length % RECORD != 0)) {
      throw bad(name + " has " + (content.length > most ? "more than " + most : content.length) + " bytes, expected "
          + (records ? "1 to " + MAX_RECORDS + " records of " + RECORD : "at most " + most));
    }
    if (files.put(name, content) != null) {
      throw bad(name + " occurs twice");
    }
  }

  private ArrayDataset dataset() {
    return new ArrayDataset(NAME, classes(), images("training image", TRAIN_FILES),
        images("test image", List.of(TEST_FILE)));
  }

  private List<String> classes() {
    byte[] content = files.get(NAMES_FILE);
    if (content == null) {
      return CLASSES;
    }
    List<String> names = new String(content, StandardCharsets.UTF_8).lines().map(String::strip)
        .filter(name -> !name.isEmpty()).toList();
    if (names.size() != CLASSES.size() || names.stream().distinct().count() != names.size()
        || names.stream().anyMatch(name -> name.length() > 100 || name.chars().anyMatch(Character::isISOControl))) {
      throw bad(NAMES_FILE + " must have " + CLASSES.size() + " different class names, a line each");
    }
    return names;
  }

  private ArrayImages images(String name, List<String> from) {
    int count = 0;
    for (String file : from) {
      if (!files.containsKey(file)) {
        throw bad(file + " is missing");
      }
      count += files.get(file).length / RECORD;
    }
    byte[] labels = new byte[count];
    byte[] pixels = new byte[count * 3 * PLANE];
    int image = 0;
    for (String file : from) {
      byte[] content = files.remove(file);
      for (int record = 0; record < content.length; record += RECORD, image++) {
        labels[image] = content[record];
        if ((labels[image] & 0xFF) >= CLASSES.size()) {
          throw bad("record " + record / RECORD + " of " + file + " has label " + (labels[image] & 0xFF)
              + ", expected 0 to " + (CLASSES.size() - 1));
        }
        interleave(content, record + 1, pixels, image * 3 * PLANE);
      }
    }
    return new ArrayImages(name, SIDE, SIDE, 3, pixels, labels);
  }

  private static void interleave(byte[] planes, int from, byte[] pixels, int to) {
    for (int i = 0; i < PLANE; i++, to += 3) {
      pixels[to] = planes[from + i];
      pixels[to + 1] = planes[from + PLANE + i];
      pixels[to + 2] = planes[from + 2 * PLANE + i];
    }
  }

  private DataException bad(String what) {
    return new DataException(Kind.BAD_FILE, where + ": " + what + "; get " + ARCHIVE.address() + " again");
  }
}
