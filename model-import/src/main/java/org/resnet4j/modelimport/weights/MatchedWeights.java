package org.resnet4j.modelimport.weights;

import static org.resnet4j.modelimport.ModelImportException.quote;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.nd4j.linalg.api.buffer.DataBuffer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.resnet4j.modelimport.ModelImportException.InvalidValue;
import org.resnet4j.modelimport.ModelImportException.ShapeDiffers;
import org.resnet4j.modelimport.ModelImportException.UnsupportedType;
import org.resnet4j.modelimport.file.Hdf5Dataset;
import org.resnet4j.modelimport.model.Layer;
import org.resnet4j.modelimport.model.Shape;
import org.resnet4j.modelimport.model.Weight;

/** Weights whose place in a file is known, and whose shapes are right. */
public final class MatchedWeights implements LayerWeights {
  /** A Normalization's number of samples: the only whole number among weights. */
  private static final String COUNT = "count";

  private record Place(String layer, int index) {}

  private record Tensor(Weight weight, Hdf5Dataset dataset) {}

  private final Map<Place, Tensor> tensors = new HashMap<>();

  MatchedWeights() {}

  /** @throws ShapeDiffers if the tensor has another shape than the layer's */
  void add(Layer layer, int index, Hdf5Dataset dataset) {
    Tensor tensor = new Tensor(layer.weights().get(index), dataset);
    checkShape(layer, tensor);
    if (!tensor.weight.name().equals(COUNT) && !dataset.isFloat()) {
      throw new UnsupportedType(dataset.path(), "floats, as " + quote(layer.path()) + " has", "integers");
    }
    tensors.put(new Place(layer.path(), index), tensor);
  }

  private static void checkShape(Layer layer, Tensor tensor) {
    long[] found = tensor.dataset.shape();
    List<Integer> expected = tensor.weight.shape().sizes();
    boolean same = found.length == expected.size();
    for (int i = 0; same && i < found.length; i++) {
      same = expected.get(i) == Shape.UNKNOWN ? found[i] > 0 : expected.get(i) == found[i];
    }
    // How many samples a Normalization has seen: some versions of Keras keep it as an array of one.
    if (!same && !(tensor.weight.name().equals(COUNT) && Arrays.stream(found).reduce(1, Math::multiplyExact) == 1)) {
      throw new ShapeDiffers(tensor.dataset.path(), "%s of layer %s: %s".formatted(
          tensor.weight.name(), quote(layer.path()), tensor.weight.shape()), Arrays.toString(found));
    }
  }

  /** The tensor's shape as it is in the file, also where the layer takes any. */
  public long[] shape(String layer, int index) {
    return tensor(layer, index).dataset.shape();
  }

  private Tensor tensor(String layer, int index) {
    Tensor found = tensors.get(new Place(layer, index));
    if (found == null) {
      throw new IllegalArgumentException("No tensor " + index + " of layer \"" + layer + "\" was matched.");
    }
    return found;
  }

  @Override
  public INDArray read(String layer, int index, DataType type) {
    Tensor tensor = tensor(layer, index);
    INDArray values = tensor.dataset.read(type);
    boolean variance = tensor.weight.name().equals("moving_variance") || tensor.weight.name().equals("variance");
    if (!variance && !values.isEmpty() && Double.isFinite(values.sumNumber().doubleValue())) {
      // Quick in a new process as well: nothing but finite numbers adds up to one.
      return values;
    }
    double least = variance ? 0 : -Double.MAX_VALUE;
    // Three times as fast as ND4J's conditions.
    DataBuffer data = values.data();
    long length = values.length();
    for (long at = 0; at < length; at++) {
      double value = data.getDouble(values.offset() + at);
      if (!(value >= least && value <= Double.MAX_VALUE)) {
        throw new InvalidValue(tensor.dataset.path(), "%s in %s of layer %s".formatted(
            variance ? "variances of at least 0" : "finite numbers", tensor.weight.name(), quote(layer)),
            value + " at index " + index(values.shape(), at));
      }
    }
    return values;
  }

  /** A row-major position as an index for each axis. */
  private static String index(long[] shape, long at) {
    long[] index = new long[shape.length];
    for (int axis = shape.length - 1; axis >= 0; axis--) {
      index[axis] = at % shape[axis];
      at /= shape[axis];
    }
    return Arrays.toString(index);
  }
}
