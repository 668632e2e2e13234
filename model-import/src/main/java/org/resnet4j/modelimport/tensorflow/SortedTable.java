package org.resnet4j.modelimport.tensorflow;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.ref.SoftReference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.commons.compress.compressors.snappy.SnappyCompressorInputStream;
import org.resnet4j.modelimport.ModelImportException.Damaged;
import org.resnet4j.modelimport.ModelImportException.TooLarge;
import org.resnet4j.modelimport.ModelImportException.WrongFormat;

/**
 * An immutable file of keys in order and their values, as
 * <a href="https://github.com/google/leveldb/blob/main/doc/table_format.md">LevelDB</a> and TensorFlow write it.
 *
 * <p>Data blocks, a block that is left out here, the index block, and 48 bytes of footer: where those two lie, and a
 * mark. A block ends in its compression (1 byte) and the CRC-32C of both (4 bytes).
 */
final class SortedTable {
  private static final int FOOTER = 48;
  private static final long MARK = 0xdb4775248b80fb57L;
  private static final int TRAILER = 5;
  /** The largest tensor of any ResNet takes some 20 MB. */
  private static final int LARGEST_BLOCK = 1 << 28;
  private static final int LARGEST_INDEX = 1 << 24;
  /** Snappy's longest copy is 64 bytes from 3. */
  static final int MOST_COMPRESSION = 32;
  /** Snappy's references reach back as far. */
  private static final int SNAPPY_WINDOW = 1 << 16;
  static final int LONGEST_KEY = 1024;
  /** A ResNet of 1,202 layers has 6,000 variables, and an optimiser doubles or triples them. */
  static final int MOST_ENTRIES = 50_000;

  private final RegularFile file;
  private final List<Block> blocks = new ArrayList<>();
  /** A block may hold many small tensors, and decoding it again for each would take a hostile file's time. */
  private SoftReference<Decoded> last = new SoftReference<>(null);

  /** A key and its value; the value shares its block's memory. */
  record Entry(byte[] key, ByteBuffer value) {}

  private record Handle(long offset, long size) {}

  /** A data block; each of its keys is at most {@code last}. */
  private record Block(byte[] last, Handle handle) {}

  private record Decoded(int number, List<Entry> entries) {}

  /** Reads the index. */
  SortedTable(RegularFile file) {
    this.file = file;
    String end = "its last " + FOOTER + " bytes";
    if (file.size() < FOOTER) {
      throw noTable("a file of " + file.size() + " bytes");
    }
    long body = file.size() - FOOTER;
    ByteBuffer footer = ByteBuffer.wrap(file.read(body, FOOTER)).order(ByteOrder.LITTLE_ENDIAN);
    if (footer.getLong(FOOTER - Long.BYTES) != MARK) {
      throw noTable("a file that ends otherwise");
    }
    handle(end, footer);
    Handle index = handle(end, footer);
    long[] free = {0};
    for (Entry entry : entries("the index", index, body, LARGEST_INDEX)) {
      Handle handle = handle("the index", entry.value.duplicate());
      // Without this, a short index could name one large block many times.
      if (handle.offset < free[0]) {
        throw new Damaged("the index", "blocks that follow each other", "one at byte " + handle.offset, null);
      }
      checkWithin("the index", handle, index.offset);
      free[0] = handle.offset + handle.size + TRAILER;
      blocks.add(new Block(entry.key, handle));
    }
  }

  private static WrongFormat noTable(String found) {
    return new WrongFormat("", "the mark that ends a TensorFlow checkpoint", found,
        "Name a checkpoint's prefix or one of its files; if this is one, it is cut short: fetch or save it again.");
  }

  /** Every key with its value, in order. */
  void forEach(Consumer<Entry> consumer) {
    int count = 0;
    for (int i = 0; i < blocks.size(); i++) {
      List<Entry> entries = entries(i);
      count += entries.size();
      if (count > MOST_ENTRIES) {
        throw tooMany();
      }
      entries.forEach(consumer);
    }
  }

  /** A key's value. */
  Optional<ByteBuffer> get(byte[] key) {
    int low = 0;
    int high = blocks.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (Arrays.compareUnsigned(blocks.get(middle).last, key) < 0) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    if (low == blocks.size()) {
      return Optional.empty();
    }
    Decoded block = last.get();
    if (block == null || block.number != low) {
      block = new Decoded(low, entries(low));
      last = new SoftReference<>(block);
    }
    return block.entries.stream().filter(entry -> Arrays.equals(entry.key, key))
        .map(entry -> entry.value.duplicate()).findFirst();
  }

  private List<Entry> entries(int number) {
    Block block = blocks.get(number);
    String name = "block " + number;
    List<Entry> entries = entries(name, block.handle, file.size(), LARGEST_BLOCK);
    boolean afterPrevious = number == 0 || entries.isEmpty()
        || Arrays.compareUnsigned(entries.get(0).key, blocks.get(number - 1).last) > 0;
    boolean beforeNext = entries.isEmpty()
        || Arrays.compareUnsigned(entries.get(entries.size() - 1).key, block.last) <= 0;
    if (!afterPrevious || !beforeNext) {
      throw new Damaged(name, "the keys that the index gives it", "others", null);
    }
    return entries;
  }

  /** A block's entries: shared and own length of the key, length of the value, the key's own part, the value. */
  private List<Entry> entries(String name, Handle handle, long end, int largest) {
    ByteBuffer block = contents(name, handle, end, largest);
    int restarts = block.remaining() < Integer.BYTES ? -1 : block.getInt(block.limit() - Integer.BYTES);
    if (restarts < 0 || restarts > block.remaining() / Integer.BYTES - 1) {
      throw new Damaged(name, "restart points within the block", String.valueOf(restarts), null);
    }
    block.limit(block.limit() - (restarts + 1) * Integer.BYTES);
    List<Entry> entries = new ArrayList<>();
    byte[] key = {};
    while (block.hasRemaining()) {
      long shared = varint(name, block);
      long own = varint(name, block);
      long length = varint(name, block);
      if (Long.compareUnsigned(shared, key.length) > 0 || own < 0 || length < 0 || own > block.remaining()
          || length > block.remaining() - own) {
        throw new Damaged(name, "entries within the block", "lengths " + Long.toUnsignedString(shared) + ", "
            + Long.toUnsignedString(own) + " and " + Long.toUnsignedString(length), null);
      }
      if (shared + own > LONGEST_KEY) {
        throw new TooLarge(name, "keys of at most " + LONGEST_KEY + " bytes", String.valueOf(shared + own));
      }
      byte[] next = Arrays.copyOf(key, (int) (shared + own));
      block.get(next, (int) shared, (int) own);
      if (!entries.isEmpty() && Arrays.compareUnsigned(key, next) >= 0) {
        throw new Damaged(name, "keys in order", "one that is not after its predecessor", null);
      }
      key = next;
      entries.add(new Entry(key, block.slice(block.position(), (int) length)));
      block.position(block.position() + (int) length);
      if (entries.size() > MOST_ENTRIES) {
        throw tooMany();
      }
    }
    return entries;
  }

  private static TooLarge tooMany() {
    return new TooLarge("the index", "at most " + MOST_ENTRIES + " entries", "more");
  }

  /** A block's contents, checked and uncompressed. */
  private ByteBuffer contents(String name, Handle handle, long end, int largest) {
    checkWithin(name, handle, end);
    if (handle.size > largest) {
      throw new TooLarge(name, "at most " + largest + " bytes", String.valueOf(handle.size));
    }
    int size = (int) handle.size;
    ByteBuffer stored = ByteBuffer.wrap(file.read(handle.offset, size + TRAILER)).order(ByteOrder.LITTLE_ENDIAN);
    if (Checksum.of(stored.slice(0, size + 1)) != stored.getInt(size + 1)) {
      throw new Damaged(name, "the checksum that is stored with it", "another", null);
    }
    byte compression = stored.get(size);
    return switch (compression) {
      case 0 -> stored.slice(0, size).order(ByteOrder.LITTLE_ENDIAN);
      case 1 -> uncompressed(name, stored.array(), size, largest).order(ByteOrder.LITTLE_ENDIAN);
      default -> throw new Damaged(name, "no compression (0) or Snappy (1)", String.valueOf(compression), null);
    };
  }

  private static ByteBuffer uncompressed(String name, byte[] compressed, int size, int largest) {
    long length = varint(name, ByteBuffer.wrap(compressed, 0, size));
    if (length < 0 || length > Math.min(largest, (long) MOST_COMPRESSION * size)) {
      throw new Damaged(name, "Snappy data of a possible length", Long.toUnsignedString(length), null);
    }
    ByteArrayInputStream in = new ByteArrayInputStream(compressed, 0, size);
    try (SnappyCompressorInputStream snappy = new SnappyCompressorInputStream(in, SNAPPY_WINDOW)) {
      byte[] bytes = snappy.readNBytes((int) length);
      if (bytes.length != length || in.available() > 0) {
        throw new Damaged(name, length + " bytes of Snappy data", "fewer or more", null);
      }
      return ByteBuffer.wrap(bytes);
    } catch (IOException | IllegalArgumentException | IllegalStateException | IndexOutOfBoundsException e) {
      throw new Damaged(name, "Snappy data", "bytes that aren't: " + e, e);
    }
  }

  private static Handle handle(String name, ByteBuffer bytes) {
    return new Handle(varint(name, bytes), varint(name, bytes));
  }

  private static void checkWithin(String name, Handle handle, long end) {
    if (handle.offset < 0 || handle.size < 0 || handle.offset > end - TRAILER
        || handle.size > end - TRAILER - handle.offset) {
      throw new Damaged(name, "a block that ends by byte " + end,
          Long.toUnsignedString(handle.size) + " bytes from " + Long.toUnsignedString(handle.offset), null);
    }
  }

  /** A number in groups of 7 bits, the lowest first. */
  private static long varint(String name, ByteBuffer bytes) {
    long value = 0;
    for (int shift = 0; shift < Long.SIZE && bytes.hasRemaining(); shift += 7) {
      byte next = bytes.get();
      value |= (next & 0x7fL) << shift;
      if (next >= 0) {
        return value;
      }
    }
    throw new Damaged(name, "a variable-length number", "one without end", null);
  }
}
