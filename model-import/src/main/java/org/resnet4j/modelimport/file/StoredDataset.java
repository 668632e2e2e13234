package org.resnet4j.modelimport.file;

import io.jhdf.Constants;
import io.jhdf.ObjectHeader;
import io.jhdf.object.message.AttributeMessage;
import io.jhdf.object.message.DataLayoutMessage;
import io.jhdf.object.message.DataLayoutMessage.CompactDataLayoutMessage;
import io.jhdf.object.message.DataLayoutMessage.ContiguousDataLayoutMessage;
import io.jhdf.object.message.DataSpace;
import io.jhdf.object.message.DataSpaceMessage;
import io.jhdf.object.message.DataTypeMessage;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.resnet4j.modelimport.ModelImportException.Damaged;
import org.resnet4j.modelimport.ModelImportException.TooLarge;

/** A dataset as jHDF's parsers read it; its size was checked against the file's before anything is made of it. */
final class StoredDataset implements Hdf5Dataset {
  /** Deflate can't do better than this. */
  private static final long BEST_COMPRESSION = 1032;

  private static final int NULL_SPACE = 2;

  private final Hdf5Storage storage;
  private final String path;
  private final ObjectHeader header;
  private final io.jhdf.object.datatype.DataType type;
  private final DataLayoutMessage layout;
  private final long[] shape;
  private final long bytes;

  StoredDataset(Hdf5Storage storage, String path, ObjectHeader header) {
    this.storage = storage;
    this.path = path;
    this.header = header;
    type = header.getMessageOfType(DataTypeMessage.class).getDataType();
    layout = header.getMessageOfType(DataLayoutMessage.class);
    DataSpace space = header.getMessageOfType(DataSpaceMessage.class).getDataSpace();
    if (space.getType() == NULL_SPACE) {
      throw new Damaged(path, "an array", "a dataset without space", null);
    }
    shape = space.getDimensionsAsLong();
    bytes = bytes();
    checkLayout();
  }

  private long bytes() {
    try {
      long product = type.getSize();
      for (long size : shape) {
        if (size < 0) {
          throw new ArithmeticException("negative");
        }
        product = Math.multiplyExact(product, size);
      }
      if (product <= RegularFile.LARGEST) {
        return product;
      }
    } catch (ArithmeticException e) {
      // Beyond what a long holds.
    }
    throw new TooLarge(path, "an array of at most " + RegularFile.LARGEST + " bytes",
        "shape " + Arrays.toString(shape) + " of " + type.getSize() + " bytes each");
  }

  private void checkLayout() {
    if (layout instanceof ContiguousDataLayoutMessage contiguous) {
      boolean absent = contiguous.getAddress() == Constants.UNDEFINED_ADDRESS && bytes > 0;
      if (absent || contiguous.getSize() >= 0 && contiguous.getSize() != bytes) {
        throw wrongSize(absent ? "none" : contiguous.getSize() + " bytes");
      }
      if (contiguous.getAddress() > storage.size() - bytes) {
        throw wrongSize("the file's end before");
      }
    } else if (layout instanceof CompactDataLayoutMessage compact) {
      if (compact.getDataBuffer().remaining() != bytes) {
        throw wrongSize(compact.getDataBuffer().remaining() + " bytes");
      }
    } else if (bytes > BEST_COMPRESSION * storage.size()) {
      throw new TooLarge(path, "an array that fits in a file of " + storage.size() + " bytes", bytes + " bytes");
    }
  }

  private Damaged wrongSize(String found) {
    return new Damaged(path, bytes + " bytes of values for shape " + Arrays.toString(shape), found, null);
  }

  @Override
  public String path() {
    return path;
  }

  @Override
  public long[] shape() {
    return shape.clone();
  }

  @Override
  public INDArray read(DataType into) {
    return storage.reading(path,
        () -> element().decode(values().order(ElementType.order(type)), shape, into));
  }

  @Override
  public boolean isFloat() {
    return storage.reading(path, () -> element().isFloat());
  }

  private ElementType element() {
    AttributeMessage dtype = StoredGroup.attributes(storage, path, header).get("dtype");
    String note = dtype == null ? "" : Texts.one(storage, path + ", attribute dtype", dtype);
    return ElementType.of(path, type, note);
  }

  private ByteBuffer values() {
    if (bytes == 0) {
      return ByteBuffer.allocate(0);
    } else if (layout instanceof ContiguousDataLayoutMessage contiguous) {
      return storage.map(contiguous.getAddress(), bytes);
    } else if (layout instanceof CompactDataLayoutMessage compact) {
      return compact.getDataBuffer();
    }
    return Chunks.of(storage, path, header).assemble(shape, type.getSize(), (int) bytes,
        Math.min(RegularFile.LARGEST, BEST_COMPRESSION * storage.size()));
  }
}
