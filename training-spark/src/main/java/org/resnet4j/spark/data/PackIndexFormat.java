package org.resnet4j.spark.data;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.security.DigestInputStream;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import org.resnet4j.training.data.DataException;
import org.resnet4j.training.data.DataException.Kind;
import org.resnet4j.training.data.Part;
import org.resnet4j.zoo.image.ImageDecoder;

/**
 * The file of a {@link PackIndex}, big-endian: "RN4JPACK" and a version; how many classes, and their names; how many
 * files, and of each its part, name, length and number of images; how many images, and of all of them the labels, the
 * positions, the lengths, the CRC-32Cs, the ends of their names, the names, and the SHA-256s of their contents; at the
 * end, the SHA-256 of all before. A text is its length in bytes and UTF-8.
 *
 * <p>The reader believes no number: nothing is allocated that the rest of the file couldn't fill.
 */
final class PackIndexFormat {
  static final byte[] MAGIC = "RN4JPACK".getBytes(StandardCharsets.US_ASCII);
  static final int VERSION = 1;

  private PackIndexFormat() { }

  static void write(PackIndex index, OutputStream target) throws IOException {
    DigestOutputStream digest = new DigestOutputStream(new BufferedOutputStream(target, 1 << 16), sha256());
    DataOutputStream out = new DataOutputStream(digest);
    out.write(MAGIC);
    out.writeInt(VERSION);
    out.writeInt(index.classes().size());
    for (String name : index.classes()) {
      text(out, name);
    }
    out.writeInt(index.files().size());
    for (PackFile file : index.files()) {
      out.writeByte(file.part().ordinal());
      text(out, file.name());
      out.writeLong(file.bytes());
      out.writeInt(file.images());
    }
    PackRecords records = index.records();
    out.writeInt(records.size());
    ints(out, records.labels());
    for (long position : records.positions()) {
      out.writeLong(position);
    }
    ints(out, records.lengths());
    ints(out, records.checksums());
    ints(out, records.names().ends());
    out.write(records.names().text());
    out.write(index.hashes());
    digest.on(false);
    out.write(digest.getMessageDigest().digest());
    out.flush();
  }

  private static void text(DataOutputStream out, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    out.writeInt(bytes.length);
    out.write(bytes);
  }

  private static void ints(DataOutputStream out, int[] values) throws IOException {
    for (int value : values) {
      out.writeInt(value);
    }
  }

  /**
   * Reads a whole index and checks it.
   *
   * @param bytes how long the file is
   * @param where names it in messages
   * @throws DataException if it isn't one, or contradicts itself
   */
  static PackIndex read(InputStream source, long bytes, String where) throws IOException {
    return new Reader(source, bytes, where).read();
  }

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JVM has SHA-256", e);
    }
  }

  private static final class Reader {
    private static final int LONGEST_NAME = 1 << 16;

    private final DigestInputStream digest;
    private final DataInputStream in;
    private final String where;
    private long left;

    Reader(InputStream source, long bytes, String where) {
      digest = new DigestInputStream(new BufferedInputStream(source, 1 << 16), sha256());
      in = new DataInputStream(digest);
      left = bytes;
      this.where = where;
    }

    PackIndex read() throws IOException {
      try {
        if (!Arrays.equals(bytes(MAGIC.length), MAGIC)) {
          throw wrong("doesn't begin as an index does");
        }
        int version = number();
        if (version != VERSION) {
          throw new DataException(Kind.BAD_FILE, where + ": an index of version " + version + ", expected " + VERSION
              + "; pack the images again, or use the version of this program that packed them");
        }
        List<String> classes = classes();
        List<PackFile> files = files();
        PackRecords records = records(classes.size());
        byte[] hashes = bytes((long) PackIndex.HASH_BYTES * records.size());
        digest.on(false);
        if (!Arrays.equals(bytes(PackIndex.HASH_BYTES), digest.getMessageDigest().digest())) {
          throw wrong("has another SHA-256 than it says: some of its bytes were changed");
        }
        if (left != 0) {
          throw wrong("has " + left + " bytes too many");
        }
        checkPositions(files, records);
        return new PackIndex(classes, files, records, hashes);
      } catch (EOFException e) {
        throw wrong("ends too early");
      }
    }

    private DataException wrong(String what) {
      return new DataException(Kind.BAD_FILE, where + ": the index " + what
          + "; copy the whole folder again, or pack the images again");
    }

    private void take(long bytes) {
      if (bytes > left) {
        throw wrong("speaks of " + bytes + " more bytes, but only " + left + " are left");
      }
      left -= bytes;
    }

    private int number() throws IOException {
      take(Integer.BYTES);
      return in.readInt();
    }

    /** @param least bytes that each of them takes */
    private int count(String what, int least) throws IOException {
      int count = number();
      if (count < 0 || (long) count * least > left) {
        throw wrong("speaks of " + count + " " + what + ", but only " + left + " bytes are left");
      }
      return count;
    }

    private byte[] bytes(long length) throws IOException {
      take(length);
      if (length > Integer.MAX_VALUE - 16) {
        throw wrong("has more than 2 GB of names or hashes");
      }
      byte[] read = in.readNBytes((int) length);
      if (read.length < length) {
        throw new EOFException();
      }
      return read;
    }

    private int[] ints(int count) throws IOException {
      take((long) count * Integer.BYTES);
      int[] values = new int[count];
      for (int i = 0; i < count; i++) {
        values[i] = in.readInt();
      }
      return values;
    }

    private long[] longs(int count) throws IOException {
      take((long) count * Long.BYTES);
      long[] values = new long[count];
      for (int i = 0; i < count; i++) {
        values[i] = in.readLong();
      }
      return values;
    }

    private String name() throws IOException {
      int length = count("characters", 1);
      String name = new String(bytes(Math.min(length, LONGEST_NAME)), StandardCharsets.UTF_8);
      if (length > LONGEST_NAME || name.isEmpty() || name.chars().anyMatch(Character::isISOControl)) {
        throw wrong("has an empty name, one of " + length + " bytes, or one with control characters");
      }
      return name;
    }

    private List<String> classes() throws IOException {
      int count = count("classes", Integer.BYTES);
      List<String> classes = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        classes.add(name());
      }
      if (count < 2 || new HashSet<>(classes).size() < count) {
        throw wrong("has fewer than two classes, or a class twice");
      }
      return List.copyOf(classes);
    }

    private List<PackFile> files() throws IOException {
      int count = count("files", 1 + Integer.BYTES + Long.BYTES + Integer.BYTES);
      List<PackFile> files = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        take(1);
        int part = in.readUnsignedByte();
        String name = name();
        // Files elsewhere are none of the set's.
        if (part >= Part.values().length || name.contains("/") || name.startsWith(".")) {
          throw wrong("has a file \"" + name + "\" of part " + part + ": no name in this folder, or no part");
        }
        take(Long.BYTES);
        files.add(new PackFile(name, Part.values()[part], in.readLong(), number()));
      }
      return List.copyOf(files);
    }

    private PackRecords records(int classes) throws IOException {
      int count = count("images", 4 * Integer.BYTES + Long.BYTES + PackIndex.HASH_BYTES);
      int[] labels = ints(count);
      long[] positions = longs(count);
      int[] lengths = ints(count);
      int[] checksums = ints(count);
      int[] ends = ints(count);
      for (int i = 0; i < count; i++) {
        if (labels[i] < 0 || labels[i] >= classes) {
          throw wrong("gives image " + i + " the class " + labels[i] + ", expected 0 to " + (classes - 1));
        }
        if (ends[i] < (i == 0 ? 0 : ends[i - 1])) {
          throw wrong("has the name of image " + i + " end before it begins");
        }
      }
      return new PackRecords(new Names(bytes(count == 0 ? 0 : ends[count - 1]), ends), labels, positions, lengths,
          checksums);
    }

    private void checkPositions(List<PackFile> files, PackRecords records) {
      int image = 0;
      for (PackFile file : files) {
        if (file.images() < 1 || file.images() > records.size() - image) {
          throw wrong("gives " + file.name() + " " + file.images() + " images of the " + (records.size() - image)
              + " that are left");
        }
        for (int end = image + file.images(); image < end; image++) {
          long position = records.positions()[image];
          int length = records.lengths()[image];
          long longest = Math.min(file.bytes() - position, ImageDecoder.DEFAULT.maxBytes());
          if (position < 0 || length < 0 || length > longest) {
            throw wrong("has image " + image + " at byte " + position + " of " + file.name() + ", " + length
                + " bytes long, but that file has " + file.bytes() + ", and an image at most "
                + ImageDecoder.DEFAULT.maxBytes());
          }
        }
      }
      if (image != records.size()) {
        throw wrong("has " + records.size() + " images, of which its files have " + image);
      }
    }
  }
}
