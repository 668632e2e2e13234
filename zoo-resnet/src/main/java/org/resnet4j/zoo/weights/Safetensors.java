package org.resnet4j.zoo.weights;

import static org.resnet4j.zoo.weights.WeightsException.quote;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.resnet4j.zoo.weights.AtomicFiles.Content;
import org.resnet4j.zoo.weights.SafetensorsHeader.Entry;
import org.resnet4j.zoo.weights.WeightsException.Reason;

/**
 * A file of named tensors in the <a href="https://github.com/huggingface/safetensors">safetensors</a> format: the
 * header's length as 8 little-endian bytes, the header as JSON, then the tensors' bytes, little-endian and row-major.
 *
 * <p>The whole header is checked on opening; tensors are read when asked for, a piece at a time. The file may come
 * from a stranger. Not for several threads. Every failure is a {@link WeightsException}.
 */
public final class Safetensors implements TensorSource, Closeable {
  /** The longest header in bytes, as in the format's own library. */
  static final long LONGEST_HEADER = 100_000_000;

  private static final int PREFIX = Long.BYTES;

  private final Object name;
  private final FileChannel channel;
  private final SafetensorsHeader header;
  private final long dataBegin;

  private Safetensors(Object name, FileChannel channel) throws IOException {
    this.name = name;
    this.channel = channel;
    long size = channel.size();
    if (size < PREFIX) {
      throw new WeightsException(Reason.TOO_SHORT, name, "at least 8 bytes", size + " bytes");
    }
    ByteBuffer prefix = ByteBuffer.allocate(PREFIX).order(ByteOrder.LITTLE_ENDIAN);
    readFully(prefix, 0);
    long headerLength = prefix.getLong(0);
    long longest = Math.min(LONGEST_HEADER, size - PREFIX);
    if (headerLength < 0 || headerLength > longest) {
      throw new WeightsException(Reason.HEADER_LENGTH, name, "a length of at most " + longest + " bytes",
          Long.toUnsignedString(headerLength));
    }
    dataBegin = PREFIX + headerLength;
    // A decoder given as such reports malformed bytes; one given as a charset would replace them.
    header = SafetensorsHeader.parse(name,
        new InputStreamReader(new HeaderStream(), StandardCharsets.UTF_8.newDecoder()), size - dataBegin);
  }

  /** Opens a file and checks its header. */
  public static Safetensors open(Path path) {
    return open(path, path);
  }

  /**
   * The same.
   *
   * @param name what messages call the file
   */
  static Safetensors open(Path path, Object name) {
    // Opening a named pipe would wait for its writer.
    if (Files.exists(path) && !Files.isRegularFile(path)) {
      throw new WeightsException(Reason.NOT_A_FILE, name, "a file", Files.isDirectory(path) ? "a folder" : "a device");
    }
    FileChannel channel = null;
    try {
      channel = FileChannel.open(path, StandardOpenOption.READ);
      return new Safetensors(name, channel);
    } catch (CharacterCodingException e) {
      close(channel, e);
      throw new WeightsException(Reason.HEADER_JSON, name, "UTF-8", "bytes that aren't", e);
    } catch (IOException e) {
      close(channel, e);
      throw failed(name, e);
    } catch (RuntimeException e) {
      close(channel, e);
      throw e;
    }
  }

  private static void close(FileChannel channel, Exception failure) {
    if (channel != null) {
      try {
        channel.close();
      } catch (IOException second) {
        failure.addSuppressed(second);
      }
    }
  }

  @Override
  public String name() {
    return name.toString();
  }

  /** The file's own notes, in its order. */
  public Map<String, String> metadata() {
    return header.metadata();
  }

  @Override
  public Map<String, long[]> shapes() {
    Map<String, long[]> shapes = new LinkedHashMap<>();
    header.tensors().forEach((tensor, entry) -> shapes.put(tensor, entry.shape().clone()));
    return shapes;
  }

  /** A tensor's type in the file. */
  public ElementType type(String tensor) {
    return entry(tensor).type();
  }

  /**
   * {@inheritDoc} F16 and BF16 are exact, F64 is rounded (beyond float's range to an infinity).
   *
   * @throws WeightsException also if the tensor holds whole numbers: see {@link #readLongs}
   */
  @Override
  public INDArray read(String tensor) {
    Entry entry = entry(tensor);
    if (!entry.type().isFloat()) {
      throw notReadable(tensor, entry, "F32, F16, BF16 or F64");
    }
    try {
      Elements elements = new Elements(entry);
      return FloatChunks.create(entry.shape(), entry.length(), values -> {
        ByteBuffer bytes = elements.next(values.length);
        for (int i = 0; i < values.length; i++) {
          values[i] = entry.type().nextFloat(bytes);
        }
      });
    } catch (IOException e) {
      throw failed(name, e);
    }
  }

  /** A tensor of whole numbers (up to 64 bits signed) in row-major order. */
  public long[] readLongs(String tensor) {
    Entry entry = entry(tensor);
    if (!entry.type().isInteger() || entry.length() > FloatChunks.LENGTH) {
      throw notReadable(tensor, entry, "at most " + FloatChunks.LENGTH + " whole numbers");
    }
    try {
      ByteBuffer bytes = new Elements(entry).next((int) entry.length());
      long[] values = new long[(int) entry.length()];
      for (int i = 0; i < values.length; i++) {
        values[i] = entry.type().nextLong(bytes);
      }
      return values;
    } catch (IOException e) {
      throw failed(name, e);
    }
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw failed(name, e);
    }
  }

  /** Writes float32 tensors in the source's order, atomically, a piece at a time. */
  public static void write(Path target, TensorSource tensors, Map<String, String> metadata) {
    Content content = content(tensors, metadata);
    try {
      AtomicFiles.write(target, content);
    } catch (IOException e) {
      throw failed(target, e);
    }
  }

  /** What {@link #write} writes; checked here, so that nothing is begun that can't be read again. */
  static Content content(TensorSource tensors, Map<String, String> metadata) {
    Map<String, long[]> shapes = tensors.shapes();
    byte[] header;
    try {
      header = SafetensorsHeader.format(shapes, metadata);
      long dataLength = shapes.values().stream().mapToLong(SafetensorsHeader::length).sum() * Float.BYTES;
      String json = new String(header, StandardCharsets.UTF_8);
      SafetensorsHeader.parse(tensors.name(), new StringReader(json), dataLength);
    } catch (IOException | ArithmeticException | WeightsException e) {
      throw new WeightsException(Reason.NOT_WRITABLE, tensors.name(), "names and shapes of the format",
          quote(String.valueOf(e.getMessage())), e);
    }
    if (header.length > LONGEST_HEADER) {
      throw new WeightsException(Reason.NOT_WRITABLE, tensors.name(),
          "a header of at most " + LONGEST_HEADER + " bytes", header.length + " bytes");
    }
    return out -> {
      ByteBuffer prefix = ByteBuffer.allocate(PREFIX).order(ByteOrder.LITTLE_ENDIAN).putLong(header.length).flip();
      AtomicFiles.writeFully(out, prefix);
      AtomicFiles.writeFully(out, ByteBuffer.wrap(header));
      ByteBuffer bytes = ByteBuffer.allocate(FloatChunks.LENGTH * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
      for (Map.Entry<String, long[]> tensor : shapes.entrySet()) {
        try (INDArray array = tensors.read(tensor.getKey())) {
          if (!Arrays.equals(array.shape(), tensor.getValue())) {
            throw new WeightsException(Reason.NOT_WRITABLE, tensors.name(),
                "tensor " + quote(tensor.getKey()) + " to stay " + Arrays.toString(tensor.getValue()),
                Arrays.toString(array.shape()));
          }
          FloatChunks.forEach(array, values -> {
            bytes.clear().asFloatBuffer().put(values);
            AtomicFiles.writeFully(out, bytes.limit(values.length * Float.BYTES));
          });
        }
      }
    };
  }

  private Entry entry(String tensor) {
    Entry entry = header.tensors().get(tensor);
    if (entry == null) {
      throw new WeightsException(Reason.NO_SUCH_TENSOR, name, "one of " + header.tensors().size() + " tensors",
          quote(tensor));
    }
    return entry;
  }

  private WeightsException notReadable(String tensor, Entry entry, String expected) {
    return new WeightsException(Reason.ELEMENT_TYPE_NOT_READABLE, name, expected + " in tensor " + quote(tensor),
        entry.length() + " of " + entry.type());
  }

  static WeightsException failed(Object name, IOException e) {
    return new WeightsException(Reason.INPUT_OUTPUT, name, "a file that can be used", e.toString(), e);
  }

  private void readFully(ByteBuffer bytes, long position) throws IOException {
    while (bytes.hasRemaining()) {
      int read = channel.read(bytes, position);
      if (read < 0) {
        throw new IOException("the file became shorter while it was read");
      }
      position += read;
    }
  }

  /** One tensor's elements, from the first on. */
  private final class Elements {
    private final int elementBytes;
    private long position;

    Elements(Entry entry) {
      elementBytes = entry.type().bytes();
      position = dataBegin + entry.begin();
    }

    ByteBuffer next(int count) throws IOException {
      ByteBuffer bytes = ByteBuffer.allocate(count * elementBytes).order(ByteOrder.LITTLE_ENDIAN);
      readFully(bytes, position);
      position += bytes.capacity();
      return bytes.flip();
    }
  }

  /** The header's bytes. */
  private final class HeaderStream extends InputStream {
    private long position = PREFIX;

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : Byte.toUnsignedInt(one[0]);
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      int count = (int) Math.min(length, dataBegin - position);
      if (count <= 0) {
        return length == 0 ? 0 : -1;
      }
      readFully(ByteBuffer.wrap(target, offset, count), position);
      position += count;
      return count;
    }
  }
}
