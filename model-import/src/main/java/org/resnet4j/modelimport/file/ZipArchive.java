package org.resnet4j.modelimport.file;

import static org.resnet4j.modelimport.ModelImportException.quote;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipFile;
import org.resnet4j.modelimport.ModelImportException;
import org.resnet4j.modelimport.ModelImportException.Damaged;
import org.resnet4j.modelimport.ModelImportException.TooLarge;
import org.resnet4j.modelimport.ModelImportException.Unsafe;
import org.resnet4j.modelimport.ModelImportException.WrongFormat;

/** A zip archive whose directory was checked on opening; nothing is ever unpacked to disk. */
final class ZipArchive implements AutoCloseable {
  /** The directory's most bytes: room for 10,000 names. A Keras archive has 3 entries, and perhaps vocabularies. */
  private static final int LARGEST_DIRECTORY = 1 << 20;

  /** Weights hardly compress; a bomb does by 1,000. */
  private static final long MOST_INFLATED = 200;

  private static final long SPARE = 16 << 20;
  private static final int LONGEST_NAME = 1_000;
  private static final int END_BYTES = 22;
  private static final int END_SIGNATURE = 0x06054b50;
  private static final int LARGEST_COMMENT = 0xffff;
  private static final int LOCATOR_BYTES = 20;
  private static final int LOCATOR_SIGNATURE = 0x07064b50;
  private static final Pattern UNSAFE_NAME =
      Pattern.compile("/.*|[A-Za-z]:.*|(.*/)?\\.\\.?(/.*)?|.*//.*|.*[\\p{Cc}\\p{Cf}\\u2028\\u2029].*|",
          Pattern.DOTALL);

  private final RegularFile file;
  private final Object path;
  private final ZipFile zip;
  private final Map<String, ZipArchiveEntry> entries = new LinkedHashMap<>();

  private ZipArchive(RegularFile file, Object path) throws IOException {
    this.file = file;
    this.path = path;
    checkEnd(file.channel());
    zip = ZipFile.builder().setSeekableByteChannel(file.channel()).get();
    for (ZipArchiveEntry entry : Collections.list(zip.getEntries())) {
      check(entry);
      if (entries.put(entry.getName(), entry) != null) {
        throw new Unsafe("", "every entry once", quote(entry.getName()) + " twice");
      }
    }
  }

  /** Takes the file over: it is closed with the archive, or when there is none. */
  static ZipArchive open(RegularFile file, Object path) {
    try {
      return new ZipArchive(file, path);
    } catch (IOException | RuntimeException | StackOverflowError | OutOfMemoryError e) {
      file.close();
      throw failure("", e).in(path);
    }
  }

  private static ModelImportException failure(String object, Throwable e) {
    return e instanceof ModelImportException ours ? ours
        : e instanceof OutOfMemoryError ? new TooLarge(object, "an entry that fits in Java's memory (-Xmx)", "a larger")
        : new Damaged(object, "a zip archive", quote(String.valueOf(e.getMessage())), e);
  }

  /** The directory's record at the end, before it is believed: commons-compress reads all that looks like entries. */
  private static void checkEnd(SeekableByteChannel channel) throws IOException {
    int length = (int) Math.min(channel.size(), LOCATOR_BYTES + END_BYTES + LARGEST_COMMENT);
    ByteBuffer tail = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    channel.position(channel.size() - length);
    while (tail.hasRemaining() && channel.read(tail) >= 0) {
      continue;
    }
    int end = length - END_BYTES;
    while (end >= 0 && (tail.getInt(end) != END_SIGNATURE
        || end + END_BYTES + Short.toUnsignedInt(tail.getShort(end + 20)) != length)) {
      end--;
    }
    if (end < 0) {
      throw new Damaged("", "a zip archive that ends with its directory", "none: it was cut off, or has more behind",
          null);
    }
    if (end >= LOCATOR_BYTES && tail.getInt(end - LOCATOR_BYTES) == LOCATOR_SIGNATURE) {
      throw new WrongFormat("", "a plain zip archive", "one of the kind for more than 4 GiB (Zip64)");
    }
    long directory = channel.size() - length + end - Integer.toUnsignedLong(tail.getInt(end + 16));
    if (directory < 0 || directory > LARGEST_DIRECTORY) {
      throw new TooLarge("", "a directory of at most " + LARGEST_DIRECTORY + " bytes", directory + " bytes");
    }
  }

  private void check(ZipArchiveEntry entry) {
    String name = entry.getName();
    // commons-compress turns the backslashes of some systems' archives into slashes.
    boolean backslash = new String(entry.getRawName(), StandardCharsets.ISO_8859_1).indexOf('\\') >= 0;
    if (backslash || name.length() > LONGEST_NAME || UNSAFE_NAME.matcher(name).matches()) {
      throw new Unsafe("", "entries with short, relative names", quote(name));
    }
    if (entry.getGeneralPurposeBit().usesEncryption()) {
      throw new Unsafe(name, "an open entry", "an encrypted one");
    }
    if (entry.isUnixSymlink()) {
      throw new Unsafe(name, "a file", "a symbolic link");
    }
    if (entry.getMethod() != ZipEntry.STORED && entry.getMethod() != ZipEntry.DEFLATED) {
      throw new WrongFormat(name, "an entry stored or deflated", "compression method " + entry.getMethod());
    }
    if (entry.getSize() < 0 || entry.getCompressedSize() < 0 || entry.getCompressedSize() > file.size()) {
      throw new Damaged(name, "an entry within the file", entry.getCompressedSize() + " bytes", null);
    }
  }

  /** The entries' names in the directory's order, folders not among them. */
  List<String> names() {
    return entries.keySet().stream().filter(name -> !name.endsWith("/")).toList();
  }

  /** An entry's content, which has its checksum; the name is one of {@link #names()}. */
  byte[] read(String name, long most) {
    ZipArchiveEntry entry = entries.get(name);
    long size = entry.getSize();
    long bound = Math.min(most, SPARE + MOST_INFLATED * entry.getCompressedSize());
    if (size > bound) {
      throw new TooLarge(name, "at most " + bound + " bytes", size + " bytes").in(path);
    }
    try (InputStream in = zip.getInputStream(entry)) {
      byte[] content = content(in, (int) size, size <= entry.getCompressedSize());
      if (content.length < size || in.read() >= 0) {
        throw new Damaged(name, size + " bytes", content.length < size ? content.length + " bytes" : "more", null);
      }
      CRC32 checksum = new CRC32();
      checksum.update(content);
      if (checksum.getValue() != entry.getCrc()) {
        throw new Damaged(name, "checksum " + Long.toHexString(entry.getCrc()),
            Long.toHexString(checksum.getValue()), null);
      }
      file.checkUnchanged();
      return content;
    } catch (IOException | RuntimeException | OutOfMemoryError e) {
      throw failure(name, e).in(path);
    }
  }

  /** What claims to have been compressed is believed piece by piece, which needs twice the memory. */
  private static byte[] content(InputStream in, int size, boolean stored) throws IOException {
    if (!stored) {
      return in.readNBytes(size);
    }
    byte[] content = new byte[size];
    int length = 0;
    for (int read = 1; read > 0; length += read) {
      // Java reads into memory off the heap first, of as many bytes as are asked for.
      read = in.readNBytes(content, length, Math.min(RegularFile.PIECE, size - length));
    }
    return length < size ? Arrays.copyOf(content, length) : content;
  }

  @Override
  public void close() {
    file.close();
  }
}
