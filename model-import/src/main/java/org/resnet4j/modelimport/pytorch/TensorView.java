package org.resnet4j.modelimport.pytorch;

import static org.resnet4j.modelimport.ModelImportException.quote;

import java.util.Arrays;
import java.util.List;
import org.resnet4j.modelimport.ModelImportException.Damaged;
import org.resnet4j.modelimport.ModelImportException.TooLarge;
import org.resnet4j.modelimport.ModelImportException.UnsupportedType;
import org.resnet4j.modelimport.pytorch.Pickled.Dict;
import org.resnet4j.modelimport.pytorch.Pickled.Sequence;
import org.resnet4j.modelimport.pytorch.Pickled.Storage;
import org.resnet4j.modelimport.pytorch.Pickled.Tensor;
import org.resnet4j.modelimport.pytorch.Pickled.Tuple;
import org.resnet4j.zoo.weights.ElementType;

/**
 * A tensor that lies in its storage, checked.
 *
 * @param key the storage's
 * @param offset of the first value, counted in values from the storage's begin
 * @param span values from the first to the last, both included; 0 if there are none
 * @param length the number of values
 */
record TensorView(String key, ElementType type, long offset, long span, long length, long[] shape, long[] stride) {
  private static final int MOST_DIMENSIONS = 32;
  /** Of a tensor that repeats its storage's values ({@code expand}); else a byte could stand for any number of them. */
  private static final long LONGEST_REPEATED = 1 << 16;
  /** A span that isn't row-major is held in memory while it is read. */
  private static final long LONGEST_STRIDED_SPAN = 1L << 30;

  /**
   * Checks a tensor against its storage, with sums and products that can't overflow.
   *
   * @throws org.resnet4j.modelimport.ModelImportException naming the tensor
   */
  static TensorView of(String name, Tensor tensor, Storages storages) {
    String object = "tensor " + quote(name);
    if (!(tensor.storage() instanceof Storage storage)) {
      throw new Damaged(object, "a storage", Unpickler.kind(tensor.storage()), null);
    }
    ElementType type = tensor.dtype() == null ? storage.type() : TorchCalls.type(tensor.dtype());
    if (type == null || !type.isFloat() && !type.isInteger()) {
      throw new UnsupportedType(object, "real numbers", type == null ? Unpickler.kind(tensor.dtype()) : type.name());
    }
    if (tensor.metadata() instanceof Dict metadata && metadata.items().containsValue(true)) {
      throw new UnsupportedType(object, "plain values", "values to be negated or conjugated");
    }
    long[] shape = numbers(object, tensor.size());
    long[] stride = numbers(object, tensor.stride());
    if (shape.length != stride.length) {
      throw new Damaged(object, shape.length + " strides", String.valueOf(stride.length), null);
    }
    long offset = number(object, tensor.offset());
    long storedBytes = storages.length(storage.key());
    long statedBytes = storage.count() * storage.type().bytes();
    if (storedBytes != statedBytes) {
      throw new Damaged(object, statedBytes + " bytes of storage " + quote(storage.key()),
          storedBytes < 0 ? "no such storage" : storedBytes + " bytes", null);
    }
    return within(object, storage, type, offset, shape, stride);
  }

  private static TensorView within(String object, Storage storage, ElementType type, long offset, long[] shape,
      long[] stride) {
    long room = storage.length() * storage.type().bytes() / type.bytes();
    long begin = storage.begin() * storage.type().bytes() / type.bytes();
    long length = 1;
    long last = offset;
    boolean empty = Arrays.stream(shape).anyMatch(side -> side == 0);
    try {
      for (int i = 0; i < shape.length && !empty; i++) {
        length = Math.multiplyExact(length, shape[i]);
        last = Math.addExact(last, Math.multiplyExact(shape[i] - 1, stride[i]));
      }
    } catch (ArithmeticException e) {
      last = Long.MAX_VALUE;
    }
    if (empty && Arrays.stream(shape).allMatch(side -> side <= Integer.MAX_VALUE)) {
      return new TensorView(storage.key(), type, 0, 0, 0, shape, stride);
    }
    if (empty || last >= room) {
      throw new Damaged(object, "values within the " + room + " of storage " + quote(storage.key()),
          "shape " + Arrays.toString(shape) + ", strides " + Arrays.toString(stride) + ", offset " + offset, null);
    }
    if (length > Math.max(room, LONGEST_REPEATED)) {
      throw new TooLarge(object, "at most the " + room + " values of its storage", length + " by repeating them");
    }
    TensorView view = new TensorView(storage.key(), type, begin + offset, last - offset + 1, length, shape, stride);
    if (!view.isRowMajor() && view.span > LONGEST_STRIDED_SPAN / type.bytes()) {
      throw new TooLarge(object, "at most " + LONGEST_STRIDED_SPAN + " bytes that aren't in row-major order",
          view.span + " values");
    }
    return view;
  }

  private static long[] numbers(String object, Object value) {
    List<Object> items = value instanceof Tuple tuple ? tuple.items()
        : value instanceof Sequence sequence ? sequence.items() : null;
    if (items == null || items.size() > MOST_DIMENSIONS) {
      throw new Damaged(object, "sizes and strides of at most " + MOST_DIMENSIONS + " dimensions",
          items == null ? Unpickler.kind(value) : items.size() + " dimensions", null);
    }
    return items.stream().mapToLong(item -> number(object, item)).toArray();
  }

  private static long number(String object, Object value) {
    if (value instanceof Long number && number >= 0) {
      return number;
    }
    throw new Damaged(object, "sizes, strides and an offset from 0 to 2^63", Unpickler.kind(value), null);
  }

  /** Whether the values lie in order without gaps. */
  boolean isRowMajor() {
    long next = 1;
    for (int i = shape.length - 1; i >= 0; i--) {
      if (shape[i] != 1 && stride[i] != next) {
        return false;
      }
      next *= shape[i];
    }
    return true;
  }
}
