package org.resnet4j.modelimport.pytorch;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Writes pickles opcode by opcode, and PyTorch's files around them. */
final class PickleBytes {
  private static final byte[] PROLOGUE = new PickleBytes().raw(0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20,
      0x6a, 0xa8, 0x50, 0x19, '.').raw(0x80, 2).raw('M', 0xe9, 3, '.').raw(0x80, 2, '}', '.').bytes();

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  /** Protocol 2. */
  static PickleBytes pickle() {
    return new PickleBytes().raw(0x80, 2);
  }

  PickleBytes raw(int... bytes) {
    for (int b : bytes) {
      out.write(b);
    }
    return this;
  }

  PickleBytes op(char... opcodes) {
    for (char opcode : opcodes) {
      out.write(opcode);
    }
    return this;
  }

  PickleBytes text(String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    out.write('X');
    out.writeBytes(ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(utf8.length).array());
    out.writeBytes(utf8);
    return this;
  }

  PickleBytes number(long value) {
    out.write(0x8a);
    out.write(8);
    out.writeBytes(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(value).array());
    return this;
  }

  PickleBytes global(String module, String name) {
    out.write('c');
    out.writeBytes((module + "\n" + name + "\n").getBytes(StandardCharsets.UTF_8));
    return this;
  }

  PickleBytes tuple(long... numbers) {
    op('(');
    for (long number : numbers) {
      number(number);
    }
    return op('t');
  }

  /** A float32 storage's persistent id. */
  PickleBytes storage(String key, long count) {
    return op('(').text("storage").global("torch", "FloatStorage").text(key).text("cpu").number(count).op('t', 'Q');
  }

  /** {@code _rebuild_tensor_v2} of a storage with the given lie. */
  PickleBytes tensor(String key, long count, long offset, long[] shape, long[] stride) {
    return global("torch._utils", "_rebuild_tensor_v2").op('(').storage(key, count).number(offset).tuple(shape)
        .tuple(stride).raw(0x89).op('}', 't', 'R');
  }

  /** Four values of storage 0. */
  PickleBytes goodTensor() {
    return tensor("0", 4, 0, new long[] {2, 2}, new long[] {2, 1});
  }

  /** A dict of one item, whose value is what {@code value} writes. */
  static PickleBytes dictOf(String key, PickleBytes value) {
    return pickle().op('}').text(key).raw(value.bytes()).op('s', '.');
  }

  PickleBytes raw(byte[] bytes) {
    out.writeBytes(bytes);
    return this;
  }

  static PickleBytes fragment() {
    return new PickleBytes();
  }

  byte[] bytes() {
    return out.toByteArray();
  }

  /** Four float32 values, 1 to 4, as storage 0. */
  Path zip(Path file) {
    return zip(file, Map.of("archive/data/0", floats(ByteOrder.LITTLE_ENDIAN, 1, 2, 3, 4)));
  }

  Path zip(Path file, Map<String, byte[]> others) {
    Map<String, byte[]> entries = new LinkedHashMap<>();
    entries.put("archive/data.pkl", bytes());
    entries.putAll(others);
    return writeZip(file, entries, ZipEntry.STORED);
  }

  static Path writeZip(Path file, Map<String, byte[]> entries, int method) {
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
      for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
        ZipEntry header = new ZipEntry(entry.getKey());
        header.setMethod(method);
        if (method == ZipEntry.STORED) {
          CRC32 crc = new CRC32();
          crc.update(entry.getValue());
          header.setCrc(crc.getValue());
          header.setSize(entry.getValue().length);
        }
        zip.putNextEntry(header);
        zip.write(entry.getValue());
      }
      return file;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The older format, with storage 0 of these values. */
  Path stream(Path file, float... values) {
    PickleBytes keys = pickle().op(']').text("0").op('a', '.');
    byte[] count = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(values.length).array();
    return write(file, new PickleBytes().raw(PROLOGUE).raw(bytes()).raw(keys.bytes()).raw(count)
        .raw(floats(ByteOrder.LITTLE_ENDIAN, values)).bytes());
  }

  /** The older format, with anything after the object's pickle. */
  Path streamThen(Path file, PickleBytes rest) {
    return write(file, new PickleBytes().raw(PROLOGUE).raw(bytes()).raw(rest.bytes()).bytes());
  }

  private static Path write(Path file, byte[] bytes) {
    try {
      return Files.write(file, bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static byte[] floats(ByteOrder order, float... values) {
    ByteBuffer bytes = ByteBuffer.allocate(values.length * Float.BYTES).order(order);
    bytes.asFloatBuffer().put(values);
    return bytes.array();
  }
}
