package org.resnet4j.modelimport.tensorflow;

import static org.resnet4j.modelimport.ModelImportException.quote;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.resnet4j.modelimport.ModelImportException.Damaged;
import org.resnet4j.modelimport.ModelImportException.TooLarge;
import org.resnet4j.modelimport.ModelImportException.UnsupportedType;
import org.resnet4j.zoo.weights.ElementType;

/**
 * The older format (V1), one file: a {@link SortedTable} of {@code SavedTensorSlices}; the first describes all tensors,
 * each other holds the values of one or of a slice of one.
 */
final class SliceTable implements TensorTable {
  private final SortedTable table;
  private final long mostElements;
  private int sliceCount;
  private final Map<String, StoredTensor> tensors = new LinkedHashMap<>();

  SliceTable(RegularFile file) {
    mostElements = SortedTable.MOST_COMPRESSION * file.size();
    table = new SortedTable(file);
    ByteBuffer description = table.get(new byte[0]).orElseThrow(
        () -> new Damaged("", "a description of the tensors as the first entry", "none", null));
    Field.forEach("the description", description, field -> {
      if (field.number() == 1) {
        Field.forEach("the description", field.contents(), part -> {
          if (part.number() == 1) {
            add(parse(part.contents()));
          }
        });
      }
    });
    if (tensors.isEmpty()) {
      throw new Damaged("the description", "tensors", "none", null);
    }
  }

  private void add(StoredTensor tensor) {
    if (StoredTensor.length(tensor.shape()) > mostElements) {
      throw new Damaged(quote(tensor.name()), "no more elements than such a file can hold",
          Arrays.toString(tensor.shape()), null);
    }
    sliceCount = StoredTensor.addSlices(sliceCount, tensor);
    if (tensors.put(tensor.name(), tensor) != null) {
      throw new Damaged(quote(tensor.name()), "one description", "two", null);
    }
    if (tensors.size() > SortedTable.MOST_ENTRIES) {
      throw new TooLarge("the description", "at most " + SortedTable.MOST_ENTRIES + " tensors", "more");
    }
  }

  private static StoredTensor parse(ByteBuffer message) {
    String object = "the description";
    String[] name = {""};
    long[][] shape = {{}};
    int[] type = {0};
    List<TensorSlice> slices = new ArrayList<>();
    Field.forEach(object, message, field -> {
      switch (field.number()) {
        case 1 -> name[0] = field.text();
        case 2 -> shape[0] = StoredTensor.parseShape(quote(name[0]), field.contents());
        case 3 -> type[0] = (int) field.below(Integer.MAX_VALUE);
        case 4 -> StoredTensor.addSlice(quote(name[0]), slices, field.contents());
        default -> { }
      }
    });
    if (slices.isEmpty()) {
      throw new Damaged(quote(name[0]), "slices", "none", null);
    }
    return new StoredTensor(name[0], type[0], shape[0], List.copyOf(slices));
  }

  @Override
  public Map<String, StoredTensor> tensors() {
    return tensors;
  }

  @Override
  public Elements open(StoredTensor tensor, TensorSlice slice) {
    String object = quote(tensor.name());
    ByteBuffer entry = table.get(slice.key(tensor.name())).orElseThrow(
        () -> new Damaged(object, "values", "none", null));
    long length = StoredTensor.length(slice.shape(tensor.shape()));
    if (length * (isFixed(tensor.type()) ? tensor.type().bytes() : 1) > entry.remaining()) {
      throw wrongLength(object, length);
    }
    ByteBuffer values = ByteBuffer.allocate(Math.toIntExact(length * tensor.type().bytes()))
        .order(ByteOrder.LITTLE_ENDIAN);
    Field.forEach(object, entry, field -> {
      if (field.number() == 2) {
        Field.forEach(object, field.contents(), part -> readSlice(tensor, slice, part, values));
      }
    });
    if (values.hasRemaining()) {
      throw wrongLength(object, length);
    }
    values.flip();
    return new Elements() {
      @Override
      public ByteBuffer next(int count) {
        return values;
      }

      /** The block's checksum was verified. */
      @Override
      public void finish() {}
    };
  }

  /** A field of {@code SavedSlice}: 1 the name, 2 the slice, 3 the values as {@code TensorProto}. */
  private static void readSlice(StoredTensor tensor, TensorSlice slice, Field part, ByteBuffer values) {
    String object = quote(tensor.name());
    boolean same = switch (part.number()) {
      case 1 -> part.text().equals(tensor.name());
      case 2 -> Arrays.equals(TensorSlice.parse(object, part.contents()).within(object, tensor.shape())
          .key(""), slice.key(""));
      default -> true;
    };
    if (!same) {
      throw new Damaged(object, "its own values", "another tensor's or slice's", null);
    }
    if (part.number() == 3) {
      int wanted = field(tensor);
      Field.forEach(object, part.contents(), content -> {
        if (content.number() == wanted) {
          append(tensor, content, values);
        }
      });
    }
  }

  /** The field of {@code TensorProto} that holds elements of a type. */
  private static int field(StoredTensor tensor) {
    return switch (tensor.type()) {
      case F32 -> 5;
      case F64 -> 6;
      case I32, I16, I8, U8, U16 -> 7;
      case I64 -> 10;
      case BOOL -> 11;
      case F16, BF16 -> 13;
      default -> throw new UnsupportedType(quote(tensor.name()), "an element type that this format has",
          tensor.type().name());
    };
  }

  private static boolean isFixed(ElementType type) {
    return type == ElementType.F32 || type == ElementType.F64;
  }

  /** Packed: floats as they are, everything else, half-precision bits as well, as variable-length numbers. */
  private static void append(StoredTensor tensor, Field packed, ByteBuffer values) {
    if (isFixed(tensor.type())) {
      ByteBuffer bytes = packed.contents();
      require(tensor, values, bytes.remaining());
      values.put(bytes);
    } else {
      int size = tensor.type().bytes();
      packed.forEachVarint(value -> {
        require(tensor, values, size);
        for (int i = 0; i < size; i++) {
          values.put((byte) (value >> i * Byte.SIZE));
        }
      });
    }
  }

  private static void require(StoredTensor tensor, ByteBuffer values, int more) {
    if (values.remaining() < more) {
      throw wrongLength(quote(tensor.name()), values.capacity() / tensor.type().bytes());
    }
  }

  private static Damaged wrongLength(String object, long expected) {
    return new Damaged(object, expected + " values", "fewer or more", null);
  }
}
