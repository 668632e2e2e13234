package org.resnet4j.modelimport.pytorch;

import static org.resnet4j.modelimport.ModelImportException.quote;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.resnet4j.modelimport.ModelImportException.Damaged;
import org.resnet4j.modelimport.ModelImportException.WrongFormat;
import org.resnet4j.modelimport.pytorch.Pickled.Dict;
import org.resnet4j.modelimport.pytorch.Pickled.Sequence;
import org.resnet4j.modelimport.pytorch.Pickled.Storage;
import org.resnet4j.modelimport.pytorch.Pickled.Tensor;

/**
 * The format before PyTorch 1.6: pickles of a magic number, the format's version, the writer's system, the object, and
 * the storages' keys; then each storage as its count of values (8 bytes, little-endian) and the values, little-endian
 * whatever the system was.
 */
final class StreamStorages implements Storages {
  private static final BigInteger MAGIC = new BigInteger("1950a86a20f9469cfc6c", 16);
  private static final long VERSION = 1001;

  /** Where a storage's values lie in the file. */
  private record Range(long begin, long length) {}

  private final FileChannel channel;
  private final Map<String, Tensor> tensors;
  private final Map<String, Range> ranges = new HashMap<>();

  StreamStorages(Path path) throws IOException {
    channel = FileChannel.open(path, StandardOpenOption.READ);
    try {
      PickleInput in = new PickleInput("the pickle", new BufferedInputStream(new Values(0)));
      readPrologue(in);
      TorchCalls calls = new TorchCalls();
      Object root = new Unpickler(in, calls).load();
      tensors = StateDict.find(in.object(), root, calls.foreign());
      findRanges(in, calls.storages());
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  private static void readPrologue(PickleInput in) throws IOException {
    Object magic;
    try {
      magic = new Unpickler(in, new TorchCalls()).load();
    } catch (Damaged e) {
      magic = null;
    }
    if (!MAGIC.equals(magic)) {
      throw new WrongFormat("", "a file of torch.save", "none of its beginnings", PyTorchFile.REMEDY);
    }
    Object version = new Unpickler(in, new TorchCalls()).load();
    if (!(version instanceof Long number && number == VERSION)) {
      throw new WrongFormat("", "version " + VERSION + " of PyTorch's stream", Unpickler.kind(version),
          PyTorchFile.REMEDY);
    }
    Object system = new Unpickler(in, new TorchCalls()).load();
    if (!(system instanceof Dict)) {
      throw in.damaged("the writer's system", Unpickler.kind(system));
    }
  }

  private void findRanges(PickleInput in, Map<String, Storage> storages) throws IOException {
    Object keys = new Unpickler(in, new TorchCalls()).load();
    if (!(keys instanceof Sequence sequence)) {
      throw in.damaged("the list of storages", Unpickler.kind(keys));
    }
    Set<String> missing = new HashSet<>(storages.keySet());
    long size = channel.size();
    long position = in.position();
    for (Object item : sequence.items()) {
      if (!(item instanceof String key) || !missing.remove(key)) {
        throw in.damaged("the key of each storage once", Unpickler.kind(item));
      }
      Storage storage = storages.get(key);
      long length = storage.count() * storage.type().bytes();
      long count = position <= size - Long.BYTES ? readLong(position) : -1;
      position += Long.BYTES;
      if (count != storage.count() || length > size - position) {
        throw new Damaged("storage " + quote(key), storage.count() + " values of " + storage.type(),
            count < 0 ? "the file's end" : count + " in " + Math.max(0, size - position) + " bytes", null);
      }
      ranges.put(key, new Range(position, length));
      position += length;
    }
    if (!missing.isEmpty()) {
      throw new Damaged("storage " + quote(missing.iterator().next()), "to be in the file", "no such storage", null);
    }
    if (position != size) {
      throw new Damaged("", "nothing after the last storage", (size - position) + " bytes", null);
    }
  }

  private long readLong(long position) throws IOException {
    byte[] bytes = new Values(position).readNBytes(Long.BYTES);
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong();
  }

  /** The file's bytes from a position on; closing it leaves the file open. */
  private final class Values extends InputStream {
    private long position;

    Values(long position) {
      this.position = position;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : Byte.toUnsignedInt(one[0]);
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      int read = channel.read(ByteBuffer.wrap(target, offset, length), position);
      position += Math.max(0, read);
      return read;
    }
  }

  @Override
  public Map<String, Tensor> tensors() {
    return tensors;
  }

  @Override
  public long length(String key) {
    Range range = ranges.get(key);
    return range == null ? -1 : range.length;
  }

  @Override
  public InputStream open(String key, long position) {
    return new Values(ranges.get(key).begin + position);
  }

  @Override
  public ByteOrder order() {
    return ByteOrder.LITTLE_ENDIAN;
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
