package org.resnet4j.modelimport.tensorflow;

import static org.resnet4j.modelimport.ModelImportException.quote;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.resnet4j.modelimport.ModelImportException;
import org.resnet4j.modelimport.ModelImportException.Unreadable;
import org.resnet4j.modelimport.ModelImportException.UnsupportedType;
import org.resnet4j.modelimport.ModelImportException.WeightsDiffer;
import org.resnet4j.zoo.weights.ElementType;
import org.resnet4j.zoo.weights.FloatChunks;
import org.resnet4j.zoo.weights.TensorSource;

/**
 * A <a href="https://www.tensorflow.org/guide/checkpoint">TensorFlow checkpoint</a> of either format, with its own
 * names, shapes and layouts.
 *
 * <p>The description of the tensors is read and checked on opening; values are read, and their checksums verified, when
 * asked for. No file stays open between. Every failure is a {@link ModelImportException}.
 */
public final class Checkpoint implements TensorSource {
  private final Path path;
  private final TensorTable table;

  private Checkpoint(Path path, TensorTable table) {
    this.path = path;
    this.table = table;
  }

  /**
   * Opens a checkpoint.
   *
   * @param path its prefix ({@code resnet.ckpt}, {@code model.ckpt-1234}), the file of the older format, the {@code
   *     .index}, {@code .meta} or any data file of the newer one, or a folder with a file {@code checkpoint}, whose
   *     newest one is then taken
   */
  public static Checkpoint open(Path path) {
    try {
      return new Checkpoint(path, CheckpointFiles.open(path));
    } catch (ModelImportException e) {
      throw e.in(path);
    }
  }

  @Override
  public String name() {
    return path.toString();
  }

  @Override
  public Map<String, long[]> shapes() {
    Map<String, long[]> shapes = new LinkedHashMap<>();
    table.tensors().forEach((name, tensor) -> shapes.put(name, tensor.shape().clone()));
    return shapes;
  }

  /** {@inheritDoc} Half precision is exact, double is rounded; whole numbers: see {@link #readLongs}. */
  @Override
  public INDArray read(String name) {
    StoredTensor tensor = tensor(name);
    if (tensor.type() == null || !tensor.type().isFloat()) {
      throw unsupported(tensor, "float32, float64, half or bfloat16");
    }
    try {
      List<TensorSlice> slices = tensor.slices();
      if (slices.isEmpty()) {
        return floats(tensor, null, tensor.shape());
      }
      tensor.checkSlices();
      if (slices.size() == 1) {
        return floats(tensor, slices.get(0), tensor.shape());
      }
      INDArray whole = Nd4j.create(DataType.FLOAT, tensor.shape());
      for (TensorSlice slice : slices) {
        whole.get(slice.indices(tensor.shape())).assign(floats(tensor, slice, slice.shape(tensor.shape())));
      }
      return whole;
    } catch (ModelImportException e) {
      throw e.in(path);
    } catch (IOException e) {
      throw new Unreadable(quote(name), "a file that can be read", e.toString(), e).in(path);
    }
  }

  private INDArray floats(StoredTensor tensor, TensorSlice slice, long[] shape) throws IOException {
    try (TensorTable.Elements elements = table.open(tensor, slice)) {
      INDArray array = FloatChunks.create(shape, StoredTensor.length(shape), values -> {
        ByteBuffer bytes = elements.next(values.length);
        for (int i = 0; i < values.length; i++) {
          values[i] = tensor.type().nextFloat(bytes);
        }
      });
      elements.finish();
      return array;
    }
  }

  /** A small tensor of whole numbers, such as {@code global_step}, in row-major order. */
  public long[] readLongs(String name) {
    StoredTensor tensor = tensor(name);
    long length = StoredTensor.length(tensor.shape());
    List<TensorSlice> slices = tensor.slices();
    if (tensor.type() == null || !tensor.type().isInteger() || length > Short.MAX_VALUE || slices.size() > 1) {
      throw unsupported(tensor, "at most " + Short.MAX_VALUE + " whole numbers");
    }
    try (TensorTable.Elements elements = table.open(tensor, slices.isEmpty() ? null : slices.get(0))) {
      tensor.checkSlices();
      long[] values = new long[(int) length];
      ByteBuffer bytes = elements.next(values.length);
      for (int i = 0; i < values.length; i++) {
        values[i] = tensor.type().nextLong(bytes);
      }
      elements.finish();
      return values;
    } catch (ModelImportException e) {
      throw e.in(path);
    } catch (IOException e) {
      throw new Unreadable(quote(name), "a file that can be read", e.toString(), e).in(path);
    }
  }

  private ModelImportException unsupported(StoredTensor tensor, String expected) {
    ElementType type = tensor.type();
    String found = type == null ? "TensorFlow's type number " + tensor.typeNumber()
        : StoredTensor.length(tensor.shape()) + " elements of " + type;
    return new UnsupportedType(quote(tensor.name()), expected, found).in(path);
  }

  private StoredTensor tensor(String name) {
    StoredTensor tensor = table.tensors().get(name);
    if (tensor == null) {
      throw new WeightsDiffer(quote(name), "a tensor of the checkpoint", "none of that name").in(path);
    }
    return tensor;
  }
}
