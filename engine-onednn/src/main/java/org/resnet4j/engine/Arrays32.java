package org.resnet4j.engine;

import org.bytedeco.javacpp.FloatPointer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** ND4J's arrays as primitives take them. */
final class Arrays32 {
  private Arrays32() {}

  /** The array row by row in float32, in a buffer that begins with it: itself if it is so, else a copy. */
  static INDArray lying(INDArray array) {
    INDArray floats = array.castTo(DataType.FLOAT);
    return floats.isView() || floats.ordering() != 'c' || floats.elementWiseStride() != 1 ? floats.dup('c') : floats;
  }

  static FloatPointer pointer(INDArray array) {
    return new FloatPointer(array.data().pointer());
  }
}
