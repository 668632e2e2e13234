package org.resnet4j.modelimport.tensorflow;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.nd4j.linalg.indexing.INDArrayIndex;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.resnet4j.modelimport.ModelImportException.Damaged;

/**
 * The part of a tensor that a partitioned variable keeps together.
 *
 * @param begins the first index, per dimension
 * @param lengths how many from there; {@link #ALL} for the whole dimension
 */
record TensorSlice(long[] begins, long[] lengths) {
  static final long ALL = -1;

  /** A {@code TensorSliceProto}. */
  static TensorSlice parse(String tensor, ByteBuffer message) {
    List<long[]> extents = new ArrayList<>();
    Field.forEach(tensor, message, field -> {
      if (field.number() == 1) {
        long[] extent = {0, ALL};
        Field.forEach(tensor, field.contents(), part -> {
          switch (part.number()) {
            case 1 -> extent[0] = part.below(Long.MAX_VALUE);
            case 2 -> extent[1] = part.below(Long.MAX_VALUE);
            default -> { }
          }
        });
        StoredTensor.checkRank(tensor, extents.size() + 1);
        extents.add(extent);
      }
    });
    return new TensorSlice(extents.stream().mapToLong(extent -> extent[0]).toArray(),
        extents.stream().mapToLong(extent -> extent[1]).toArray());
  }

  /** Checks that it lies within a tensor. */
  TensorSlice within(String tensor, long[] shape) {
    boolean holds = begins.length == shape.length;
    for (int i = 0; holds && i < shape.length; i++) {
      holds = lengths[i] == ALL ? begins[i] == 0
          : begins[i] <= shape[i] && lengths[i] <= shape[i] - begins[i];
    }
    if (!holds) {
      throw new Damaged(tensor, "slices within the tensor", "one outside", null);
    }
    return this;
  }

  /** Its shape within a tensor. */
  long[] shape(long[] whole) {
    long[] shape = lengths.clone();
    for (int i = 0; i < shape.length; i++) {
      shape[i] = lengths[i] == ALL ? whole[i] : lengths[i];
    }
    return shape;
  }

  /** Whether both have an element of the tensor. */
  boolean overlaps(TensorSlice other, long[] shape) {
    long[] here = shape(shape);
    long[] there = other.shape(shape);
    for (int i = 0; i < shape.length; i++) {
      if (begins[i] + here[i] <= other.begins[i] || other.begins[i] + there[i] <= begins[i]) {
        return false;
      }
    }
    return true;
  }

  INDArrayIndex[] indices(long[] whole) {
    long[] shape = shape(whole);
    INDArrayIndex[] indices = new INDArrayIndex[shape.length];
    for (int i = 0; i < shape.length; i++) {
      indices[i] = NDArrayIndex.interval(begins[i], begins[i] + shape[i]);
    }
    return indices;
  }

  /** The key under which a table keeps it: TensorFlow's {@code OrderedCode} of 0, the name, the rank, the extents. */
  byte[] key(String tensor) {
    ByteArrayOutputStream key = new ByteArrayOutputStream();
    key.write(0);
    for (byte b : tensor.getBytes(StandardCharsets.UTF_8)) {
      key.write(b);
      if (b == 0 || b == -1) {
        key.write(~b);
      }
    }
    key.write(0);
    key.write(1);
    if (begins.length > 0) {
      key.write(1);
    }
    key.write(begins.length);
    for (int i = 0; i < begins.length; i++) {
      writeSigned(key, begins[i]);
      writeSigned(key, lengths[i]);
    }
    return key.toByteArray();
  }

  /** The number of leading ones, inverted for a negative number, is the number of bytes; big-endian. */
  private static void writeSigned(ByteArrayOutputStream out, long value) {
    int bits = Long.SIZE - Long.numberOfLeadingZeros(value < 0 ? ~value : value);
    int length = bits / 7 + 1;
    byte[] bytes = new byte[10];
    ByteBuffer.wrap(bytes).putShort((short) (value < 0 ? -1 : 0)).putLong(value);
    int header = 0xffff << (Short.SIZE - length) & 0xffff;
    int first = bytes.length - length;
    bytes[first] ^= (byte) (header >> Byte.SIZE);
    if (length > 1) {
      bytes[first + 1] ^= (byte) header;
    }
    out.write(bytes, first, length);
  }
}
