package org.resnet4j.modelimport.tensorflow;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.nd4j.shade.protobuf.CodedInputStream;
import org.nd4j.shade.protobuf.WireFormat;
import org.resnet4j.modelimport.ModelImportException;
import org.resnet4j.modelimport.ModelImportException.Damaged;

/**
 * One field of a protocol-buffers message.
 *
 * @param message what messages call the one it belongs to
 * @param number its number in the message's definition
 * @param wireType how it is encoded
 * @param scalar its value where it is a number
 * @param bytes its contents where it is text, a message or packed numbers
 */
record Field(String message, int number, int wireType, long scalar, ByteBuffer bytes) {

  /** Every field of a message, in order; groups, which no current message has, are refused. */
  static void forEach(String message, ByteBuffer bytes, Consumer<Field> consumer) {
    try {
      CodedInputStream in = stream(bytes);
      while (!in.isAtEnd()) {
        int tag = in.readTag();
        int type = WireFormat.getTagWireType(tag);
        long scalar = 0;
        ByteBuffer contents = null;
        switch (type) {
          case WireFormat.WIRETYPE_VARINT -> scalar = in.readRawVarint64();
          case WireFormat.WIRETYPE_FIXED64 -> scalar = in.readFixed64();
          case WireFormat.WIRETYPE_FIXED32 -> scalar = in.readFixed32();
          case WireFormat.WIRETYPE_LENGTH_DELIMITED -> contents = in.readByteBuffer();
          default -> throw new Damaged(message, "fields of a protocol-buffers message", "wire type " + type, null);
        }
        consumer.accept(new Field(message, WireFormat.getTagFieldNumber(tag), type, scalar, contents));
      }
    } catch (IOException e) {
      throw malformed(message, e);
    }
  }

  private static CodedInputStream stream(ByteBuffer bytes) {
    CodedInputStream in = CodedInputStream.newInstance(bytes.array(), bytes.arrayOffset() + bytes.position(),
        bytes.remaining());
    in.enableAliasing(true);
    return in;
  }

  /** A whole number that isn't negative and lies below a limit. */
  long below(long limit) {
    long value = varint();
    if (value < 0 || value >= limit) {
      throw new Damaged(message, "a number from 0 and below " + limit + " as field " + number, String.valueOf(value),
          null);
    }
    return value;
  }

  long varint() {
    return require(WireFormat.WIRETYPE_VARINT).scalar;
  }

  int fixed32() {
    return (int) require(WireFormat.WIRETYPE_FIXED32).scalar;
  }

  /** The contents, which share the message's memory. */
  ByteBuffer contents() {
    return require(WireFormat.WIRETYPE_LENGTH_DELIMITED).bytes;
  }

  String text() {
    return text(message, contents());
  }

  static String text(String message, ByteBuffer bytes) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(bytes.duplicate()).toString();
    } catch (CharacterCodingException e) {
      throw new Damaged(message, "names in UTF-8", "bytes that aren't", e);
    }
  }

  /** Packed whole numbers. */
  void forEachVarint(LongConsumer consumer) {
    try {
      CodedInputStream in = stream(contents());
      while (!in.isAtEnd()) {
        consumer.accept(in.readRawVarint64());
      }
    } catch (IOException e) {
      throw malformed(message, e);
    }
  }

  private Field require(int type) {
    if (wireType != type) {
      throw new Damaged(message, "wire type " + type + " for field " + number, String.valueOf(wireType), null);
    }
    return this;
  }

  private static ModelImportException malformed(String message, IOException e) {
    return new Damaged(message, "a protocol-buffers message", "bytes that aren't one: " + e.getMessage(), e);
  }
}
