package org.resnet4j.zoo.weights;

import java.util.LinkedHashMap;
import java.util.Map;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Named tensors that are read one at a time: a weights file, a graph's parameters, or a map. */
public interface TensorSource {

  /** What error messages call it: a path, or a few words. */
  String name();

  /** Each tensor's shape, in the source's order; the arrays are the caller's own. */
  Map<String, long[]> shapes();

  /**
   * One tensor as float32 in row-major order; the array is the caller's own.
   *
   * @throws WeightsException if there is no such tensor or it can't be read
   */
  INDArray read(String tensor);

  /** Tensors in memory, already in the canonical layout. */
  static TensorSource of(String name, Map<String, INDArray> tensors) {
    Map<String, INDArray> copy = new LinkedHashMap<>(tensors);
    return new TensorSource() {
      @Override
      public String name() {
        return name;
      }

      @Override
      public Map<String, long[]> shapes() {
        Map<String, long[]> shapes = new LinkedHashMap<>();
        copy.forEach((tensor, values) -> shapes.put(tensor, values.shape().clone()));
        return shapes;
      }

      @Override
      public INDArray read(String tensor) {
        INDArray values = copy.get(tensor);
        if (values == null) {
          throw new WeightsException(WeightsException.Reason.NO_SUCH_TENSOR, name, "a tensor's name",
              WeightsException.quote(tensor));
        }
        return values.castTo(DataType.FLOAT).dup('c');
      }
    };
  }
}
