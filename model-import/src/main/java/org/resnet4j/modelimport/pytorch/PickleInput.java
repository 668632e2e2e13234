package org.resnet4j.modelimport.pytorch;

import static org.resnet4j.modelimport.ModelImportException.quote;

import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.resnet4j.modelimport.ModelImportException.Damaged;
import org.resnet4j.modelimport.ModelImportException.TooLarge;

/** The bytes of pickles, counted; a length is believed only when as many bytes are there. */
final class PickleInput {
  /** Of all pickles of a file; a ResNet of 1,202 layers needs 1 MB. */
  static final int LONGEST = 64 << 20;
  /** Of one string; the source code of a module's class is the longest that there is. */
  static final int LONGEST_TEXT = 1 << 20;
  private static final int LONGEST_LINE = 1000;

  private final String object;
  private final InputStream in;
  private long position;

  /**
   * @param object what messages call the pickle
   * @param in buffered
   */
  PickleInput(String object, InputStream in) {
    this.object = object;
    this.in = in;
  }

  /** The bytes read so far. */
  long position() {
    return position;
  }

  String object() {
    return object;
  }

  Damaged damaged(String expected, String found) {
    return new Damaged(object, expected, found + " at byte " + position, null);
  }

  int unsignedByte() throws IOException {
    if (position >= LONGEST) {
      throw new TooLarge(object, "at most " + LONGEST + " bytes of pickle", "more");
    }
    int value = in.read();
    if (value < 0) {
      throw damaged("more of the pickle", "its end");
    }
    position++;
    return value;
  }

  /** Whether nothing follows. */
  boolean atEnd() throws IOException {
    return in.read() < 0;
  }

  /** Little-endian, as everything in a pickle but a float is. */
  ByteBuffer bytes(int count) throws IOException {
    if (count > LONGEST - position) {
      throw new TooLarge(object, "at most " + LONGEST + " bytes of pickle", count + " more at byte " + position);
    }
    // Grows with what is there.
    byte[] bytes = in.readNBytes(count);
    position += bytes.length;
    if (bytes.length < count) {
      throw damaged("more of the pickle", "its end");
    }
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  int unsignedShort() throws IOException {
    return Short.toUnsignedInt(bytes(2).getShort());
  }

  int int32() throws IOException {
    return bytes(4).getInt();
  }

  double float64() throws IOException {
    return bytes(8).order(ByteOrder.BIG_ENDIAN).getDouble();
  }

  /** A Long where it fits. */
  Object integer(int bytes) throws IOException {
    byte[] digits = bytes(bytes).array();
    for (int i = 0; i < bytes / 2; i++) {
      byte low = digits[i];
      digits[i] = digits[bytes - 1 - i];
      digits[bytes - 1 - i] = low;
    }
    if (bytes == 0) {
      return 0L;
    }
    BigInteger value = new BigInteger(digits);
    if (value.bitLength() < Long.SIZE) {
      return value.longValue();
    }
    return value;
  }

  /** The length before a string or bytes, of 1, 4 or 8 bytes. */
  int length(int bytes) throws IOException {
    long length = switch (bytes) {
      case 1 -> unsignedByte();
      case 4 -> Integer.toUnsignedLong(int32());
      default -> bytes(8).getLong();
    };
    if (length < 0 || length > LONGEST_TEXT) {
      throw new TooLarge(object, "at most " + LONGEST_TEXT + " bytes of text",
          Long.toUnsignedString(length) + " at byte " + position);
    }
    return (int) length;
  }

  String utf8(int length) throws IOException {
    ByteBuffer bytes = bytes(length);
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
    } catch (CharacterCodingException e) {
      // Python pickles half surrogate pairs, which no tensor's name has.
      throw damaged("UTF-8", "other bytes");
    }
  }

  /** Python 2's str. */
  String latin1(int length) throws IOException {
    return new String(bytes(length).array(), StandardCharsets.ISO_8859_1);
  }

  /** Up to the line's end, which is taken and dropped. */
  String line() throws IOException {
    StringBuilder line = new StringBuilder();
    for (int c = unsignedByte(); c != '\n'; c = unsignedByte()) {
      if (line.length() == LONGEST_LINE) {
        throw damaged("a name of at most " + LONGEST_LINE + " characters", quote(line.toString()));
      }
      line.append((char) c);
    }
    return line.toString();
  }
}
