package org.resnet4j.modelimport.tensorflow;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Builds tables and messages whose checksums are right, whatever nonsense is in them. */
final class TableBytes {
  private static final long MARK = 0xdb4775248b80fb57L;

  private final ByteArrayOutputStream file = new ByteArrayOutputStream();

  /** A table whose one data block has these entries. */
  static byte[] of(List<SortedTable.Entry> entries) {
    TableBytes table = new TableBytes();
    byte[] data = table.block(block(entries), 0);
    byte[] last = entries.isEmpty() ? new byte[1] : entries.get(entries.size() - 1).key();
    return table.finish(List.of(entry(last, data)));
  }

  /** A table whose one data block is these bytes. */
  static byte[] ofBlock(byte[] contents, int compression) {
    TableBytes table = new TableBytes();
    byte[] handle = table.block(contents, compression);
    return table.finish(List.of(entry(new byte[] {(byte) 0xff}, handle)));
  }

  static SortedTable.Entry entry(byte[] key, byte[] value) {
    return new SortedTable.Entry(key, ByteBuffer.wrap(value));
  }

  static SortedTable.Entry entry(String key, byte[] value) {
    return entry(key.getBytes(StandardCharsets.UTF_8), value);
  }

  /** The entries of a file that TensorFlow wrote. */
  static List<SortedTable.Entry> read(Path path) {
    List<SortedTable.Entry> entries = new ArrayList<>();
    new SortedTable(RegularFile.at(path)).forEach(entries::add);
    return entries;
  }

  static byte[] bytes(SortedTable.Entry entry) {
    byte[] bytes = new byte[entry.value().remaining()];
    entry.value().duplicate().get(bytes);
    return bytes;
  }

  /** Appends a block with its trailer; its handle. */
  byte[] block(byte[] contents, int compression) {
    byte[] handle = concat(varint(file.size()), varint(contents.length));
    byte[] checked = concat(contents, new byte[] {(byte) compression});
    file.writeBytes(checked);
    file.writeBytes(little(4).putInt(Checksum.of(ByteBuffer.wrap(checked))).array());
    return handle;
  }

  byte[] finish(List<SortedTable.Entry> index) {
    return finish(block(new byte[8], 0), block(block(index), 0));
  }

  byte[] finish(byte[] metaHandle, byte[] indexHandle) {
    byte[] footer = new byte[48];
    byte[] handles = concat(metaHandle, indexHandle);
    System.arraycopy(handles, 0, footer, 0, handles.length);
    ByteBuffer.wrap(footer).order(ByteOrder.LITTLE_ENDIAN).putLong(40, MARK);
    file.writeBytes(footer);
    return file.toByteArray();
  }

  static byte[] block(List<SortedTable.Entry> entries) {
    ByteArrayOutputStream block = new ByteArrayOutputStream();
    for (SortedTable.Entry entry : entries) {
      block.writeBytes(concat(varint(0), varint(entry.key().length), varint(entry.value().remaining()), entry.key(),
          bytes(entry)));
    }
    block.writeBytes(little(8).putInt(0).putInt(1).array());
    return block.toByteArray();
  }

  /** A field of a message: a number. */
  static byte[] field(int number, long value) {
    return concat(varint(number << 3), varint(value));
  }

  /** A field of a message: bytes, text, or a message of these fields. */
  static byte[] field(int number, byte[]... contents) {
    byte[] all = concat(contents);
    return concat(varint(number << 3 | 2), varint(all.length), all);
  }

  static byte[] fixed32(int number, int value) {
    return concat(varint(number << 3 | 5), little(4).putInt(value).array());
  }

  static byte[] varint(long value) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (; (value & ~0x7fL) != 0; value >>>= 7) {
      out.write((int) (value & 0x7f | 0x80));
    }
    out.write((int) value);
    return out.toByteArray();
  }

  static byte[] concat(byte[]... parts) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      out.writeBytes(part);
    }
    return out.toByteArray();
  }

  private static ByteBuffer little(int size) {
    return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
  }
}
