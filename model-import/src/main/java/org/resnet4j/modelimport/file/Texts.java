package org.resnet4j.modelimport.file;

import io.jhdf.GlobalHeap;
import io.jhdf.Utils;
import io.jhdf.object.datatype.DataType;
import io.jhdf.object.datatype.StringData;
import io.jhdf.object.datatype.VariableLength;
import io.jhdf.object.message.AttributeMessage;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.resnet4j.modelimport.ModelImportException.Damaged;
import org.resnet4j.modelimport.ModelImportException.TooLarge;

/** Attributes that are texts, of fixed or variable length; UTF-8 whatever they say, as Python writes them. */
final class Texts {
  /** The longest text in bytes, of one attribute or in all its parts; a configuration of 1,000 layers has 1 MB. */
  static final int LONGEST = 64 << 20;

  private static final int MOST = 1_000_000;

  private final Hdf5Storage storage;
  private final String object;
  private final Map<Long, GlobalHeap> heaps = new HashMap<>();
  private final List<String> texts = new ArrayList<>();
  private long bytes;

  private Texts(Hdf5Storage storage, String object) {
    this.storage = storage;
    this.object = object;
  }

  static String one(Hdf5Storage storage, String object, AttributeMessage message) {
    List<String> texts = all(storage, object, List.of(message));
    if (texts.size() != 1) {
      throw new Damaged(object, "one text", String.valueOf(texts.size()), null);
    }
    return texts.get(0);
  }

  static List<String> all(Hdf5Storage storage, String object, List<AttributeMessage> messages) {
    Texts all = new Texts(storage, object);
    messages.forEach(all::add);
    return List.copyOf(all.texts);
  }

  private void add(AttributeMessage message) {
    long count = message.getDataSpace().getTotalLength();
    if (count == 0) {
      // An empty list has the type of NumPy's empty array, which is float64.
      return;
    }
    if (count < 0 || count > MOST - texts.size()) {
      throw new TooLarge(object, "at most " + MOST + " texts", String.valueOf(count));
    }
    DataType type = message.getDataType();
    ByteBuffer data = message.getDataBuffer();
    if (type instanceof StringData fixed && data != null) {
      count(count * fixed.getSize());
      for (int i = 0; i < count; i++) {
        ByteBuffer text = data.slice(i * fixed.getSize(), fixed.getSize());
        fixed.getStringPaddingHandler().setBufferLimit(text);
        texts.add(utf8(object, text));
      }
    } else if (type instanceof VariableLength variable && variable.isVariableLengthString() && data != null) {
      for (int i = 0; i < count; i++) {
        texts.add(utf8(object, variable(data)));
      }
    } else {
      throw new Damaged(object, "text", "elements of class " + type.getDataClass() + " and " + type.getSize()
          + " bytes", null);
    }
  }

  /** The next element: its length, and the heap and the place in it where it lies. */
  private ByteBuffer variable(ByteBuffer elements) {
    long length = Utils.readBytesAsUnsignedLong(elements, Integer.BYTES);
    long address = Utils.readBytesAsUnsignedLong(elements, storage.getSizeOfOffsets());
    int index = Utils.readBytesAsUnsignedInt(elements, Integer.BYTES);
    if (length == 0) {
      return ByteBuffer.allocate(0);
    }
    count(length);
    ByteBuffer stored = heaps.computeIfAbsent(address, at -> new GlobalHeap(storage, at)).getObjectData(index);
    return stored.slice(0, (int) length);
  }

  private void count(long length) {
    bytes += length;
    if (bytes > LONGEST) {
      throw new TooLarge(object, "at most " + LONGEST + " bytes", bytes + " bytes");
    }
  }

  static String utf8(String object, ByteBuffer bytes) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
    } catch (CharacterCodingException e) {
      throw new Damaged(object, "UTF-8", "bytes that aren't", e);
    }
  }
}
