package org.resnet4j.modelimport.file;

import io.jhdf.ObjectHeader;
import io.jhdf.dataset.NoParent;
import io.jhdf.dataset.chunked.Chunk;
import io.jhdf.dataset.chunked.ChunkedDatasetV3;
import io.jhdf.dataset.chunked.ChunkedDatasetV4;
import io.jhdf.filter.ByteShuffleFilter;
import io.jhdf.filter.DeflatePipelineFilter;
import io.jhdf.object.message.DataLayoutMessage.ChunkedDataLayoutMessage;
import io.jhdf.object.message.FilterPipelineMessage;
import io.jhdf.object.message.FilterPipelineMessage.FilterInfo;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.resnet4j.modelimport.ModelImportException.Damaged;
import org.resnet4j.modelimport.ModelImportException.TooLarge;
import org.resnet4j.modelimport.ModelImportException.WrongFormat;

/**
 * A dataset stored in pieces, perhaps shuffled and deflated. jHDF finds the pieces; they are unpacked here, because
 * jHDF inflates without a limit and doesn't heed which filters a piece went without.
 */
final class Chunks {
  /** h5py's own choice of pieces gives at most 2^18 in a file of 2 GiB. */
  private static final long MOST = 1 << 18;

  private static final int SHUFFLE = 2;

  private final Hdf5Storage storage;
  private final String path;
  private final int[] size;
  private final List<FilterInfo> filters;
  private final Index index;

  /** Reads the index of the pieces, once their number is known to be sane. */
  private interface Index {
    Collection<Chunk> read();
  }

  private static final class Version3 extends ChunkedDatasetV3 {
    Version3(Hdf5Storage storage, ObjectHeader header) {
      super(storage, header.getAddress(), "", NoParent.INSTANCE, header);
    }

    Collection<Chunk> chunks() {
      return getChunkLookup().values();
    }
  }

  private static final class Version4 extends ChunkedDatasetV4 {
    Version4(Hdf5Storage storage, ObjectHeader header) {
      super(storage, header.getAddress(), "", NoParent.INSTANCE, header);
    }

    Collection<Chunk> chunks() {
      return getChunkLookup().values();
    }
  }

  private Chunks(Hdf5Storage storage, String path, ObjectHeader header, int[] size, Index index) {
    this.storage = storage;
    this.path = path;
    this.size = size;
    this.index = index;
    filters = header.hasMessageOfType(FilterPipelineMessage.class)
        ? header.getMessageOfType(FilterPipelineMessage.class).getFilters() : List.of();
    for (FilterInfo filter : filters) {
      if (filter.getId() != DeflatePipelineFilter.ID && filter.getId() != SHUFFLE) {
        throw new WrongFormat(path, "values compressed by gzip if at all", "HDF5's filter " + filter.getId());
      }
    }
    if (filters.stream().map(FilterInfo::getId).distinct().count() != filters.size()) {
      throw new WrongFormat(path, "values compressed once", "a filter applied twice");
    }
  }

  static Chunks of(Hdf5Storage storage, String path, ObjectHeader header) {
    if (header.hasMessageOfType(ChunkedDataLayoutMessage.class)) {
      Version3 dataset = new Version3(storage, header);
      return new Chunks(storage, path, header, dataset.getChunkDimensions(), dataset::chunks);
    }
    Version4 dataset = new Version4(storage, header);
    return new Chunks(storage, path, header, dataset.getChunkDimensions(), dataset::chunks);
  }

  /**
   * All values, row-major.
   *
   * @param most bytes that the pieces may have when unpacked; at an array's edges they reach beyond it
   */
  ByteBuffer assemble(long[] shape, int elementBytes, int bytes, long most) {
    long expected = 1;
    long chunkBytes = elementBytes;
    if (size.length != shape.length || shape.length == 0) {
      throw new Damaged(path, "pieces of rank " + shape.length, "rank " + size.length, null);
    }
    for (int axis = 0; axis < shape.length; axis++) {
      if (size[axis] < 1) {
        throw new Damaged(path, "pieces of a size", Arrays.toString(size), null);
      }
      expected = Math.multiplyExact(expected, (shape[axis] + size[axis] - 1) / size[axis]);
      chunkBytes = Math.multiplyExact(chunkBytes, size[axis]);
    }
    if (expected > MOST || Math.multiplyExact(expected, chunkBytes) > most) {
      throw new TooLarge(path, "at most " + MOST + " pieces of together at most " + most + " bytes",
          expected + " of " + chunkBytes + " bytes");
    }
    Collection<Chunk> chunks = index.read();
    if (chunks.size() != expected) {
      throw new Damaged(path, expected + " pieces", String.valueOf(chunks.size()), null);
    }
    byte[] all = new byte[bytes];
    for (Chunk chunk : chunks) {
      checkPlace(chunk, shape);
      copy(decode(chunk, (int) chunkBytes, elementBytes), chunk.getChunkOffset(), all, shape, elementBytes);
    }
    return ByteBuffer.wrap(all);
  }

  /** As many pieces as there are places, each at one of them, and no two at the same (jHDF sees to that). */
  private void checkPlace(Chunk chunk, long[] shape) {
    long[] begin = chunk.getChunkOffset();
    for (int axis = 0; axis < shape.length; axis++) {
      if (begin[axis] < 0 || begin[axis] >= shape[axis] || begin[axis] % size[axis] != 0) {
        throw new Damaged(path, "a piece within " + Arrays.toString(shape), "one at " + Arrays.toString(begin), null);
      }
    }
  }

  private byte[] decode(Chunk chunk, int chunkBytes, int elementBytes) {
    ByteBuffer stored = storage.map(chunk.getAddress(), chunk.getSize());
    byte[] values = null;
    for (int i = filters.size() - 1; i >= 0; i--) {
      if (!chunk.getFilterMask().get(i)) {
        values = filters.get(i).getId() == DeflatePipelineFilter.ID
            ? inflate(values == null ? stored : ByteBuffer.wrap(values), chunkBytes)
            : new ByteShuffleFilter().decode(values == null ? copy(stored) : values, new int[] {elementBytes});
      }
    }
    values = values == null ? copy(stored) : values;
    if (values.length != chunkBytes) {
      throw new Damaged(path, "a piece of " + chunkBytes + " bytes", values.length + " bytes", null);
    }
    return values;
  }

  private static byte[] copy(ByteBuffer stored) {
    byte[] copy = new byte[stored.remaining()];
    stored.get(copy);
    return copy;
  }

  private byte[] inflate(ByteBuffer stored, int chunkBytes) {
    if (chunkBytes > 1032L * stored.remaining()) {
      throw new Damaged(path, "a piece of " + chunkBytes + " bytes", stored.remaining() + " bytes of gzip", null);
    }
    Inflater inflater = new Inflater();
    try {
      inflater.setInput(stored);
      byte[] values = new byte[chunkBytes];
      int length = 0;
      for (int read = -1; read != 0 && length < chunkBytes; length += read) {
        read = inflater.inflate(values, length, chunkBytes - length);
      }
      if (length < chunkBytes || !inflater.finished() && inflater.inflate(new byte[1]) != 0) {
        throw new Damaged(path, "a piece that inflates to " + chunkBytes + " bytes", "another length", null);
      }
      return values;
    } catch (DataFormatException e) {
      throw new Damaged(path, "a piece packed by gzip", "another content", e);
    } finally {
      inflater.end();
    }
  }

  /** Copies the rows of a piece that lie within the array; pieces at its edges reach beyond. */
  private void copy(byte[] values, long[] begin, byte[] all, long[] shape, int elementBytes) {
    int last = shape.length - 1;
    int rowBytes = (int) Math.min(size[last], shape[last] - begin[last]) * elementBytes;
    long[] place = new long[shape.length];
    for (int from = 0; from < values.length; from += size[last] * elementBytes) {
      long to = 0;
      boolean inside = true;
      for (int axis = 0; axis <= last; axis++) {
        inside &= begin[axis] + place[axis] < shape[axis];
        to = to * shape[axis] + begin[axis] + place[axis];
      }
      if (inside) {
        System.arraycopy(values, from, all, (int) (to * elementBytes), rowBytes);
      }
      for (int axis = last - 1; axis >= 0 && ++place[axis] == size[axis]; axis--) {
        place[axis] = 0;
      }
    }
  }
}
