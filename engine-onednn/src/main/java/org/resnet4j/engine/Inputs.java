package org.resnet4j.engine;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.javacpp.FloatPointer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.shape.Shape;
import org.nd4j.linalg.factory.Nd4j;

/** A call's arrays row by row in float32: the caller's own where they lie so, else copies that end with the call. */
final class Inputs implements AutoCloseable {
  private final List<INDArray> arrays = new ArrayList<>();
  private final List<INDArray> copies = new ArrayList<>();

  /**
   * @param names of the network's inputs
   * @throws EngineException.WrongInput if there are others, or one can't be read
   */
  Inputs(List<String> names, INDArray... given) {
    if (given == null || given.length != names.size()) {
      throw new EngineException.WrongInput("inputs", names.size() + " of the names " + names,
          given == null ? "null" : given.length + " arrays");
    }
    for (int i = 0; i < given.length; i++) {
      check(names.get(i), given[i]);
    }
    try (MemoryWorkspace none = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
      for (INDArray array : given) {
        arrays.add(inRows(array));
      }
    } catch (RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  private static void check(String name, INDArray array) {
    if (array == null || array.wasClosed()) {
      throw wrong(name, array == null ? "null" : "an array that was closed");
    } else if (!array.dataType().isNumerical() && array.dataType() != DataType.BOOL) {
      throw wrong(name, "type " + array.dataType());
    }
    check(name, array.shape());
  }

  /** Kernels count in ints. */
  static void check(String name, long[] shape) {
    double elements = Arrays.stream(shape).asDoubleStream().reduce(1, (a, b) -> a * b);
    if (shape.length == 0 || shape.length > dnnl.DNNL_MAX_NDIMS || Arrays.stream(shape).anyMatch(size -> size <= 0)
        || elements > Integer.MAX_VALUE) {
      throw wrong(name, "shape " + Arrays.toString(shape));
    }
  }

  private static EngineException wrong(String name, String found) {
    return new EngineException.WrongInput("input " + name,
        "1 to " + Integer.MAX_VALUE + " numbers on 1 to " + dnnl.DNNL_MAX_NDIMS + " axes", found);
  }

  private INDArray inRows(INDArray array) {
    // DL4J casts too.
    INDArray floats = array.dataType() == DataType.FLOAT ? array : copy(array.castTo(DataType.FLOAT));
    return floats.ordering() == 'c' && Shape.hasDefaultStridesForShape(floats) ? floats : copy(floats.dup('c'));
  }

  private INDArray copy(INDArray made) {
    copies.add(made);
    return made;
  }

  List<long[]> shapes() {
    return arrays.stream().map(INDArray::shape).toList();
  }

  /** Where they lie, as long as this is open. */
  List<FloatPointer> pointers() {
    return arrays.stream().map(Inputs::pointer).toList();
  }

  /**
   * The examples (positions on the first axis) in which a number isn't finite. Kernels take NaN for 0 on the way, where
   * DL4J's operations keep it: unseen, a broken image would get likely-looking probabilities.
   */
  BitSet broken() {
    BitSet broken = new BitSet();
    for (INDArray array : arrays) {
      long examples = array.size(0);
      long each = array.length() / examples;
      FloatPointer numbers = pointer(array);
      for (long example = 0; example < examples; example++) {
        if (!Finite.all(numbers, example * each, (example + 1) * each)) {
          broken.set((int) example);
        }
      }
    }
    return broken;
  }

  /** A view's buffer begins before it. */
  static FloatPointer pointer(INDArray array) {
    return new FloatPointer(array.data().pointer()).getPointer(array.offset());
  }

  @Override
  public void close() {
    copies.forEach(INDArray::close);
    copies.clear();
  }
}
