package org.resnet4j.engine.lower;

import org.bytedeco.javacpp.FloatPointer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.shape.Shape;

/** Numbers of ND4J's arrays. */
final class Parameters {
  private Parameters() {}

  /** Row by row, a copy. */
  static float[] floats(INDArray array) {
    INDArray rows = array.dataType() == DataType.FLOAT ? array : array.castTo(DataType.FLOAT);
    boolean inOrder = rows.ordering() == 'c' && Shape.hasDefaultStridesForShape(rows)
        && rows.data().pointer() instanceof FloatPointer;
    if (!inOrder) {
      rows = rows.dup('c');
    }
    float[] values = new float[Math.toIntExact(rows.length())];
    new FloatPointer(rows.data().pointer()).position(rows.offset()).get(values);
    return values;
  }
}
