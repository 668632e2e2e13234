package org.resnet4j.zoo.weights;

import static org.resnet4j.zoo.weights.WeightsException.quote;

import java.io.Closeable;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.resnet4j.zoo.weights.WeightsException.Reason;

/**
 * A zip from a stranger, whose entries are all among those that were expected, each there once; contents are read with
 * a limit and have their checksum.
 */
final class CheckedZip implements Closeable {
  /** Of its directory, which Java reads whole. */
  private static final int LONGEST_DIRECTORY = 1 << 16;
  private static final int END_BYTES = 22;
  private static final int END_SIGNATURE = 0x06054b50;

  private final Path path;
  private final ZipFile zip;
  private final Map<String, ZipEntry> entries = new LinkedHashMap<>();

  private CheckedZip(Path path, ZipFile zip, Set<String> expected) {
    this.path = path;
    this.zip = zip;
    for (ZipEntry entry : Collections.list(zip.entries())) {
      if (!expected.contains(entry.getName())) {
        throw new WeightsException(Reason.ENTRY_REFUSED, path, "none but " + expected, quote(entry.getName()));
      }
      if (entries.put(entry.getName(), entry) != null) {
        throw new WeightsException(Reason.ENTRY_REFUSED, path, "each entry once", quote(entry.getName()) + " twice");
      }
    }
  }

  static CheckedZip open(Path path, Set<String> expected) {
    if (!Files.isRegularFile(path)) {
      throw new WeightsException(Reason.NOT_A_FILE, path, "a file", Files.exists(path) ? "another kind" : "none");
    }
    ZipFile zip = null;
    try {
      checkEnd(path);
      zip = new ZipFile(path.toFile());
      return new CheckedZip(path, zip, expected);
    } catch (IOException | RuntimeException e) {
      if (zip != null) {
        close(zip, e);
      }
      throw e instanceof WeightsException ours ? ours
          : new WeightsException(Reason.ZIP, path, "a zip archive", quote(String.valueOf(e.getMessage())), e);
    }
  }

  private static void close(ZipFile zip, Exception failure) {
    try {
      zip.close();
    } catch (IOException second) {
      failure.addSuppressed(second);
    }
  }

  /** The record at the end says how large the directory is; nothing may follow, lest Java finds another record. */
  private static void checkEnd(Path path) throws IOException {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      ByteBuffer end = ByteBuffer.allocate(END_BYTES).order(ByteOrder.LITTLE_ENDIAN);
      long position = channel.size() - END_BYTES;
      while (position >= 0 && end.hasRemaining() && channel.read(end, position + end.position()) >= 0) {
        continue;
      }
      if (end.hasRemaining() || end.getInt(0) != END_SIGNATURE || end.getShort(20) != 0) {
        throw new WeightsException(Reason.ZIP, path, "a zip archive that ends with its directory", "another end");
      }
      long directory = Integer.toUnsignedLong(end.getInt(12));
      if (directory > LONGEST_DIRECTORY) {
        throw new WeightsException(Reason.FILE_TOO_LARGE, path, "a directory of at most " + LONGEST_DIRECTORY
            + " bytes", directory + " bytes");
      }
    }
  }

  /** What messages call an entry. */
  String where(String name) {
    return path + ", " + name;
  }

  boolean has(String name) {
    return entries.containsKey(name);
  }

  /**
   * An entry's content; reading it throws a WeightsException when it turns out longer, or at its end damaged.
   *
   * @throws WeightsException if the entry is missing or says that it is longer than that
   */
  InputStream open(String name, long most) {
    ZipEntry entry = entries.get(name);
    if (entry == null) {
      throw new WeightsException(Reason.FILE_MISSING, path, "the entry " + name, "entries " + entries.keySet());
    }
    if (entry.getSize() > most) {
      throw tooLarge(name, most, entry.getSize() + "");
    }
    try {
      return new Content(zip.getInputStream(entry), name, entry.getCrc(), most);
    } catch (IOException | RuntimeException e) {
      throw damaged(name, e);
    }
  }

  private WeightsException tooLarge(String name, long most, String found) {
    return new WeightsException(Reason.FILE_TOO_LARGE, where(name), "at most " + most + " bytes", found);
  }

  private WeightsException damaged(String name, Exception cause) {
    return new WeightsException(Reason.ZIP, where(name), "an entry that can be unpacked",
        quote(String.valueOf(cause.getMessage())), cause);
  }

  @Override
  public void close() throws IOException {
    zip.close();
  }

  private final class Content extends FilterInputStream {
    private final CRC32 checksum = new CRC32();
    private final String name;
    private final long expected;
    private final long most;
    private long count;

    Content(InputStream in, String name, long expected, long most) {
      super(in);
      this.name = name;
      this.expected = expected;
      this.most = most;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : Byte.toUnsignedInt(one[0]);
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      int read;
      try {
        read = super.read(target, offset, length);
      } catch (IOException | RuntimeException e) {
        throw damaged(name, e);
      }
      if (read > 0) {
        checksum.update(target, offset, read);
        count += read;
        if (count > most) {
          throw tooLarge(name, most, "more");
        }
      } else if (read < 0 && checksum.getValue() != expected) {
        throw new WeightsException(Reason.ZIP, where(name), "checksum " + Long.toHexString(expected),
            Long.toHexString(checksum.getValue()));
      }
      return read;
    }

    /** By reading: what is skipped counts and is checked, too. */
    @Override
    public long skip(long bytes) throws IOException {
      return readNBytes((int) Math.min(bytes, 1 << 16)).length;
    }

    @Override
    public boolean markSupported() {
      return false;
    }
  }
}
