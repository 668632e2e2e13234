package org.resnet4j.zoo.weights;

import java.io.IOException;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.shape.Shape;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** An array's values in row-major order, a bounded piece at a time, on whichever device the array lies. */
public final class FloatChunks {
  /** Values in a piece: 1 MiB of float32. */
  static final int LENGTH = 1 << 18;

  private FloatChunks() {}

  interface Sink {
    void accept(float[] values) throws IOException;
  }

  /** Gives an array's values, in row-major order. */
  public interface Source {
    void fill(float[] values) throws IOException;
  }

  static void forEach(INDArray array, Sink sink) throws IOException {
    long length = array.length();
    if (array.isEmpty()) {
      return;
    }
    INDArray floats = array.castTo(DataType.FLOAT);
    // Copies are freed here: to the collector they are small objects, and all that a network saves would pile up.
    INDArray rows = inRows(floats) ? floats : floats.dup('c');
    try {
      INDArray flat = rows.reshape(length);
      for (long begin = 0; begin < length; begin += LENGTH) {
        float[] values;
        try (Copy piece = new Copy(flat.get(NDArrayIndex.interval(begin, Math.min(length, begin + LENGTH))).dup())) {
          values = piece.array.data().asFloat();
        }
        sink.accept(values);
      }
    } finally {
      if (rows != floats) {
        new Copy(rows).close();
      }
      if (floats != array) {
        new Copy(floats).close();
      }
    }
  }

  /** Whether the values lie in row-major order, without gaps. */
  private static boolean inRows(INDArray array) {
    return array.ordering() == 'c' && !array.isView() && Shape.hasDefaultStridesForShape(array);
  }

  /** An array of nobody else's. */
  private record Copy(INDArray array) implements AutoCloseable {
    @Override public void close() {
      if (array.closeable()) {
        array.close();
      }
    }
  }

  /** A new float32 array of this shape whose length is known to fit. */
  public static INDArray create(long[] shape, long length, Source source) throws IOException {
    if (length == 0) {
      return Nd4j.create(DataType.FLOAT, shape);
    }
    INDArray flat = Nd4j.createUninitialized(DataType.FLOAT, length);
    for (long begin = 0; begin < length; begin += LENGTH) {
      float[] values = new float[(int) Math.min(LENGTH, length - begin)];
      source.fill(values);
      flat.get(NDArrayIndex.interval(begin, begin + values.length)).assign(Nd4j.createFromArray(values));
    }
    return shape.length == 0 ? Nd4j.scalar(flat.getFloat(0)) : flat.reshape('c', shape);
  }
}
