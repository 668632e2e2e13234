package org.resnet4j.modelimport.tensorflow;

import static org.resnet4j.modelimport.ModelImportException.quote;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.resnet4j.modelimport.ModelImportException.Damaged;
import org.resnet4j.modelimport.ModelImportException.TooLarge;
import org.resnet4j.zoo.weights.ElementType;

/**
 * A tensor as a checkpoint describes it.
 *
 * @param name the variable's
 * @param typeNumber TensorFlow's {@code DataType}
 * @param shape its shape
 * @param slices the parts in which it is stored; empty where it is stored whole
 */
record StoredTensor(String name, int typeNumber, long[] shape, List<TensorSlice> slices) {
  /** A tensor of float32 then takes at most 1 GiB. */
  private static final long MOST_ELEMENTS = 1L << 28;
  /** As many as ND4J has. */
  private static final int MOST_DIMENSIONS = 32;
  private static final int MOST_SLICES = 1000;

  private static final Map<Integer, ElementType> TYPES = Map.ofEntries(
      Map.entry(1, ElementType.F32), Map.entry(2, ElementType.F64), Map.entry(3, ElementType.I32),
      Map.entry(4, ElementType.U8), Map.entry(5, ElementType.I16), Map.entry(6, ElementType.I8),
      Map.entry(9, ElementType.I64), Map.entry(10, ElementType.BOOL), Map.entry(14, ElementType.BF16),
      Map.entry(17, ElementType.U16), Map.entry(19, ElementType.F16), Map.entry(22, ElementType.U32));

  StoredTensor {
    if (name.length() > SortedTable.LONGEST_KEY) {
      throw new TooLarge(quote(name), "a name of at most " + SortedTable.LONGEST_KEY + " characters", "a longer one");
    }
    for (TensorSlice slice : slices) {
      slice.within(quote(name), shape);
    }
  }

  /** Null where the elements aren't numbers that can be read. */
  ElementType type() {
    return TYPES.get(typeNumber);
  }

  /** Checks that the slices, if it is stored in such, are the tensor, each element once. */
  void checkSlices() {
    if (slices.isEmpty()) {
      return;
    }
    long covered = 0;
    for (int i = 0; i < slices.size(); i++) {
      TensorSlice slice = slices.get(i);
      covered += length(slice.shape(shape));
      if (slices.subList(0, i).stream().anyMatch(before -> slice.overlaps(before, shape))) {
        throw new Damaged(quote(name), "slices that don't overlap", "two that do", null);
      }
    }
    if (covered != length(shape)) {
      throw new Damaged(quote(name), "slices of " + length(shape) + " elements together", String.valueOf(covered),
          null);
    }
  }

  /** A {@code TensorShapeProto} that is fully known. */
  static long[] parseShape(String tensor, ByteBuffer message) {
    List<Long> shape = new ArrayList<>();
    Field.forEach(tensor, message, field -> {
      if (field.number() == 2) {
        long[] size = {0};
        Field.forEach(tensor, field.contents(), part -> {
          if (part.number() == 1) {
            size[0] = part.below(Long.MAX_VALUE);
          }
        });
        checkRank(tensor, shape.size() + 1);
        shape.add(size[0]);
      } else if (field.number() == 3 && field.varint() != 0) {
        throw new Damaged(tensor, "a shape", "an unknown one", null);
      }
    });
    long[] sizes = shape.stream().mapToLong(Long::longValue).toArray();
    if (length(sizes) > MOST_ELEMENTS) {
      throw new TooLarge(tensor, "at most " + MOST_ELEMENTS + " elements", Arrays.toString(sizes));
    }
    return sizes;
  }

  /** Counts a file's slices, of which each tensor has few. */
  static int addSlices(int before, StoredTensor tensor) {
    int sum = before + tensor.slices.size();
    if (sum > 2 * SortedTable.MOST_ENTRIES) {
      throw new TooLarge("", "at most " + 2 * SortedTable.MOST_ENTRIES + " slices", "more");
    }
    return sum;
  }

  /** Reads one more slice. */
  static void addSlice(String tensor, List<TensorSlice> slices, ByteBuffer message) {
    if (slices.size() == MOST_SLICES) {
      throw new TooLarge(tensor, "at most " + MOST_SLICES + " slices", "more");
    }
    slices.add(TensorSlice.parse(tensor, message));
  }

  static void checkRank(String tensor, int rank) {
    if (rank > MOST_DIMENSIONS) {
      throw new TooLarge(tensor, "at most " + MOST_DIMENSIONS + " dimensions", "more");
    }
  }

  /** The number of elements; {@link Long#MAX_VALUE} where a long doesn't hold it. */
  static long length(long[] shape) {
    if (Arrays.stream(shape).anyMatch(size -> size == 0)) {
      return 0;
    }
    try {
      return Arrays.stream(shape).reduce(1, Math::multiplyExact);
    } catch (ArithmeticException tooLarge) {
      return Long.MAX_VALUE;
    }
  }
}
