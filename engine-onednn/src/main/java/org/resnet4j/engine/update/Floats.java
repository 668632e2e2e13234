package org.resnet4j.engine.update;

import java.nio.FloatBuffer;
import org.bytedeco.javacpp.FloatPointer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * An ND4J array's float32 numbers in native memory, without gaps, whatever its shape.
 *
 * @param array keeps the memory
 */
record Floats(INDArray array) {
  /** Whether it is that plain: float32, without gaps between its numbers. */
  static boolean isPlain(INDArray array) {
    return array.dataType() == DataType.FLOAT && (array.length() == 1 || array.elementWiseStride() == 1);
  }

  /** Whether it is another array on the same numbers: DL4J makes one for each that asks for a network's parameters. */
  boolean isOf(INDArray other) {
    return !array.wasClosed() && array.data().pointer() == other.data().pointer() && array.offset() == other.offset()
        && array.length() == other.length();
  }

  /** Whether both are the same memory, from there on. */
  boolean startsAt(Floats other, long from) {
    return address() == other.address() + from * Float.BYTES;
  }

  private long address() {
    return array.data().address() + array.offset() * Float.BYTES;
  }

  /** A window on some of them; it doesn't keep the memory. */
  FloatBuffer window(long from, int length) {
    // The pointer of a view is that of the array that it is a view of.
    long begin = array.offset() + from;
    return new FloatPointer(array.data().pointer()).position(begin).limit(begin + length).asBuffer();
  }
}
