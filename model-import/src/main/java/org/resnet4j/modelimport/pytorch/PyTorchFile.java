package org.resnet4j.modelimport.pytorch;

import static org.resnet4j.modelimport.ModelImportException.quote;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.resnet4j.modelimport.ModelImportException;
import org.resnet4j.modelimport.ModelImportException.Damaged;
import org.resnet4j.modelimport.ModelImportException.Unreadable;
import org.resnet4j.modelimport.ModelImportException.WeightsDiffer;
import org.resnet4j.modelimport.ModelImportException.WrongFormat;
import org.resnet4j.modelimport.pytorch.Pickled.Tensor;
import org.resnet4j.zoo.weights.FloatChunks;
import org.resnet4j.zoo.weights.TensorSource;

/**
 * The tensors of a file that {@code torch.save} wrote, under the file's own names: a state dict, a checkpoint that
 * holds one, or a whole module ({@link StateDict}). Both of PyTorch's formats; the older tar and TorchScript are
 * refused.
 *
 * <p>The pickle is read and every tensor checked on opening; values are read when asked for, as float32: half,
 * bfloat16 and integers up to 2^24 exactly, the rest rounded. Nothing in the file runs. Not for several threads. Every
 * failure is a {@link ModelImportException} that names the tensor.
 */
public final class PyTorchFile implements TensorSource, Closeable {
  static final String REMEDY = "Name a file that torch.save wrote, or a .safetensors file.";

  private static final int TAR_MAGIC = 257;

  private final Path path;
  private final Storages storages;
  private final Map<String, TensorView> tensors = new LinkedHashMap<>();

  private PyTorchFile(Path path, Storages storages) {
    this.path = path;
    this.storages = storages;
    for (Map.Entry<String, Tensor> tensor : storages.tensors().entrySet()) {
      tensors.put(tensor.getKey(), TensorView.of(tensor.getKey(), tensor.getValue(), storages));
    }
  }

  /**
   * Opens a file and checks it.
   *
   * @throws ModelImportException if it is another kind of file, damaged, unsafe, or holds no state dict
   */
  public static PyTorchFile open(Path path) {
    try {
      // Opening a named pipe would wait for its writer.
      if (Files.exists(path) && !Files.isRegularFile(path)) {
        throw new Unreadable("", "a file", Files.isDirectory(path) ? "a folder" : "a device", null);
      }
      Storages storages = storages(path);
      try {
        return new PyTorchFile(path, storages);
      } catch (RuntimeException e) {
        storages.close();
        throw e;
      }
    } catch (IOException e) {
      throw unreadable(e).in(path);
    } catch (ModelImportException e) {
      throw e.in(path);
    }
  }

  /** Whether it is PyTorch's kind of file, as its begin or a zip's entries tell; no promise that it can be opened. */
  public static boolean looksLikeOne(Path path) throws IOException {
    byte[] first = first(path);
    String text = new String(first, StandardCharsets.ISO_8859_1);
    return isZip(first) ? text.contains(ZipStorages.PICKLE) || ZipStorages.holdsPickle(path)
        : text.startsWith("\u0080") && !isSafetensors(text) || isTar(text);
  }

  /** Its header's length, 8 bytes, may begin as a pickle does; no pickle of torch.save has this as its ninth byte. */
  private static boolean isSafetensors(String first) {
    return first.length() > Long.BYTES && first.charAt(Long.BYTES) == '{';
  }

  private static Storages storages(Path path) throws IOException {
    byte[] first = first(path);
    if (isZip(first)) {
      return new ZipStorages(path);
    }
    if (isTar(new String(first, StandardCharsets.ISO_8859_1))) {
      throw new WrongFormat("", "PyTorch's zip or stream", "the tar of PyTorch before 0.1.12",
          "Load and save it again with PyTorch.");
    }
    return new StreamStorages(path);
  }

  private static byte[] first(Path path) throws IOException {
    try (InputStream in = Files.newInputStream(path)) {
      return in.readNBytes(512);
    }
  }

  private static boolean isZip(byte[] first) {
    return first.length > 3 && first[0] == 'P' && first[1] == 'K' && first[2] < 9;
  }

  private static boolean isTar(String first) {
    return first.startsWith("ustar", TAR_MAGIC);
  }

  private static ModelImportException unreadable(IOException e) {
    return e instanceof EOFException
        ? new Damaged("", "as many bytes as the file says it has", "its end", e)
        : new Unreadable("", "a file that can be read", e.toString(), e);
  }

  @Override
  public String name() {
    return path.toString();
  }

  @Override
  public Map<String, long[]> shapes() {
    Map<String, long[]> shapes = new LinkedHashMap<>();
    tensors.forEach((name, tensor) -> shapes.put(name, tensor.shape().clone()));
    return shapes;
  }

  /**
   * {@inheritDoc}
   *
   * @throws ModelImportException in place of a WeightsException
   */
  @Override
  public INDArray read(String tensor) {
    TensorView view = tensors.get(tensor);
    if (view == null) {
      throw new WeightsDiffer("tensor " + quote(tensor), "one of the file's " + tensors.size() + " tensors", "none")
          .in(path);
    }
    int bytes = view.type().bytes();
    try (InputStream in = view.length() == 0 ? InputStream.nullInputStream()
        : storages.open(view.key(), view.offset() * bytes)) {
      FloatChunks.Source values = view.isRowMajor() ? piece -> fill(piece, view, next(in, piece.length * bytes))
          : new StridedValues(view, next(in, Math.toIntExact(view.span() * bytes)));
      return FloatChunks.create(view.shape(), view.length(), values);
    } catch (IOException e) {
      throw unreadable(e).in(path);
    }
  }

  private ByteBuffer next(InputStream in, int count) throws IOException {
    byte[] bytes = in.readNBytes(count);
    if (bytes.length < count) {
      throw new EOFException();
    }
    return ByteBuffer.wrap(bytes).order(storages.order());
  }

  private static void fill(float[] values, TensorView view, ByteBuffer bytes) {
    for (int i = 0; i < values.length; i++) {
      values[i] = value(view, bytes);
    }
  }

  private static float value(TensorView view, ByteBuffer bytes) {
    return view.type().isFloat() ? view.type().nextFloat(bytes) : view.type().nextLong(bytes);
  }

  /** A tensor's values in row-major order, however they lie. */
  private static final class StridedValues implements FloatChunks.Source {
    private final TensorView view;
    private final ByteBuffer bytes;
    private final long[] index;
    private long position;

    StridedValues(TensorView view, ByteBuffer bytes) {
      this.view = view;
      this.bytes = bytes;
      index = new long[view.shape().length];
    }

    @Override
    public void fill(float[] values) {
      for (int i = 0; i < values.length; i++) {
        values[i] = value(view, bytes.position((int) position * view.type().bytes()));
        step();
      }
    }

    private void step() {
      for (int axis = index.length - 1; axis >= 0; axis--) {
        position += view.stride()[axis];
        if (++index[axis] < view.shape()[axis]) {
          return;
        }
        position -= index[axis] * view.stride()[axis];
        index[axis] = 0;
      }
    }
  }

  @Override
  public void close() {
    try {
      storages.close();
    } catch (IOException e) {
      throw unreadable(e).in(path);
    }
  }
}
