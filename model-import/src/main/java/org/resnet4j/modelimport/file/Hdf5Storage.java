package org.resnet4j.modelimport.file;

import static org.resnet4j.modelimport.ModelImportException.quote;

import io.jhdf.ObjectHeader;
import io.jhdf.Superblock;
import io.jhdf.Superblock.SuperblockV0V1;
import io.jhdf.Superblock.SuperblockV2V3;
import io.jhdf.SymbolTableEntry;
import io.jhdf.object.message.DataTypeMessage;
import io.jhdf.storage.HdfBackingStorage;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import org.resnet4j.modelimport.ModelImportException;
import org.resnet4j.modelimport.ModelImportException.Damaged;
import org.resnet4j.modelimport.ModelImportException.TooLarge;
import org.resnet4j.modelimport.ModelImportException.Unsafe;
import org.resnet4j.modelimport.ModelImportException.UnsupportedType;

/**
 * An HDF5 file in memory, as jHDF's parsers see it: every address is checked, and what one operation may read is
 * bounded by the file's size, so that structures which point at each other in a circle come to an end.
 *
 * <p>jHDF's own {@code HdfFile} isn't used: it follows links, to other files too, and loads whole groups at once.
 */
final class Hdf5Storage implements HdfBackingStorage {
  /** How often one operation may come back to the same address; jHDF's parsers recurse, so a loop ends here. */
  private static final int MOST_VISITS = 100;

  private static final long SPARE = 1 << 20;
  private static final int BYTES_OF_OFFSETS = 8;
  private static final int OLD_HEADER_PREFIX = 16;
  private static final int MESSAGE_PREFIX = 8;

  /** An opaque type (version 1, class 5) without tag, of 2 bytes, and the first byte of a text type. */
  private static final long OPAQUE_PAIR = 0x0000_0002_0000_0015L;
  private static final byte TEXT = 0x13;

  /** What jHDF says of a file that refers to others or hides data, and what it is. */
  private static final Map<String, String> UNSAFE = Map.of(
      "Encountered External Data Files Message", "values in another file (external storage)",
      "Virtual storage is not supported", "values in another dataset (virtual dataset)",
      "Unrecognized link type", "a user-defined link",
      "Shared message v3 in fractal heap", "shared object header messages");

  private final Object file;
  private final Superblock superblock;
  private final Map<Long, Integer> visits = new HashMap<>();
  private ByteBuffer bytes;
  private long bytesLeft;

  private Hdf5Storage(Object file, byte[] content) {
    this.file = file;
    this.bytes = ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN);
    this.superblock = reading("superblock", this::checkedSuperblock);
  }

  /** The root group of an HDF5 file whose bytes begin with its signature. */
  static StoredGroup open(Object file, byte[] content) {
    Hdf5Storage storage = new Hdf5Storage(file, content);
    return storage.reading("/", () -> StoredGroup.root(storage, storage.rootAddress()));
  }

  private Superblock checkedSuperblock() {
    Superblock read = Superblock.readSuperblock(bytes.slice().order(ByteOrder.LITTLE_ENDIAN));
    if (read.getSizeOfOffsets() != BYTES_OF_OFFSETS || read.getSizeOfLengths() != BYTES_OF_OFFSETS) {
      throw new Damaged("superblock", "offsets and lengths of 8 bytes",
          read.getSizeOfOffsets() + " and " + read.getSizeOfLengths(), null);
    }
    if (read.getBaseAddressByte() != 0) {
      throw new Damaged("superblock", "base address 0", String.valueOf(read.getBaseAddressByte()), null);
    }
    if (read.getEndOfFileAddress() > size()) {
      throw new Damaged("", read.getEndOfFileAddress() + " bytes", size() + " bytes: it was cut off", null);
    }
    return read;
  }

  private long rootAddress() {
    return superblock instanceof SuperblockV0V1 old
        ? new SymbolTableEntry(this, old.getRootGroupSymbolTableAddress()).getObjectHeaderAddress()
        : ((SuperblockV2V3) superblock).getRootGroupObjectHeaderAddress();
  }

  /** Does one operation; whatever goes wrong in it names the file and the object. Not to be nested. */
  <T> T reading(String object, Supplier<T> operation) {
    if (bytes == null) {
      throw new IllegalStateException(file + " is closed.");
    }
    visits.clear();
    bytesLeft = 4 * size() + SPARE;
    try {
      return operation.get();
    } catch (RuntimeException | StackOverflowError | OutOfMemoryError e) {
      throw failure(object, e).in(file);
    }
  }

  private static ModelImportException failure(String object, Throwable thrown) {
    Throwable root = thrown;
    for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
      if (cause instanceof ModelImportException ours) {
        return ours;
      }
      root = cause;
    }
    if (root instanceof OutOfMemoryError) {
      return new TooLarge(object, "an object that fits in Java's memory (-Xmx)", "one that doesn't");
    }
    if (root instanceof StackOverflowError) {
      return new Damaged(object, "an HDF5 object", "one nested without end", null);
    }
    String message = Objects.requireNonNullElse(root.getMessage(), root.getClass().getSimpleName());
    if (message.startsWith("Unrecognized data class") || message.startsWith("Unrecognized datatype version")) {
      return new UnsupportedType(object, ElementType.EXPECTED, quote(message));
    }
    for (Map.Entry<String, String> unsafe : UNSAFE.entrySet()) {
      if (message.startsWith(unsafe.getKey())) {
        return new Unsafe(object, "groups and datasets of this file", unsafe.getValue());
      }
    }
    return new Damaged(object, "an HDF5 object", quote(message), thrown);
  }

  /** An object's header; what is wrong with it is said of that object. */
  ObjectHeader header(String object, long address) {
    try {
      nameOpaqueElements(address);
      return ObjectHeader.readObjectHeader(this, address);
    } catch (RuntimeException | StackOverflowError e) {
      throw failure(object, e);
    }
  }

  /**
   * Lets opaque elements of two bytes, as which h5py writes bfloat16, pass for texts of two bytes, in our copy of the
   * file: jHDF can't read an opaque type without a tag.
   */
  private void nameOpaqueElements(long address) {
    ByteBuffer prefix = map(address, OLD_HEADER_PREFIX);
    if (prefix.get(0) != 1) {
      return;
    }
    int end = (int) Math.min(size(), address + OLD_HEADER_PREFIX + Integer.toUnsignedLong(prefix.getInt(8)));
    int length;
    for (int at = (int) address + OLD_HEADER_PREFIX; at + 2 * MESSAGE_PREFIX <= end; at += MESSAGE_PREFIX + length) {
      length = Short.toUnsignedInt(bytes.getShort(at + 2));
      if (bytes.getShort(at) == DataTypeMessage.MESSAGE_TYPE && bytes.getLong(at + MESSAGE_PREFIX) == OPAQUE_PAIR) {
        bytes.put(at + MESSAGE_PREFIX, TEXT);
      }
    }
  }

  @Override
  public ByteBuffer readBufferFromAddress(long address, int length) {
    bytesLeft -= length;
    if (bytesLeft < 0 || visits.merge(address, 1, Integer::sum) > MOST_VISITS) {
      throw new Damaged("address " + address, "structures that end", "a loop", null);
    }
    return map(address, length);
  }

  @Override
  public ByteBuffer map(long address, long length) {
    return mapNoOffset(address, length);
  }

  @Override
  public ByteBuffer mapNoOffset(long address, long length) {
    if (address < 0 || length < 0 || address > size() - length) {
      throw new Damaged("address " + address, "an address in a file of " + size() + " bytes",
          length + " bytes beyond it", null);
    }
    return bytes.slice((int) address, (int) length).asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
  }

  @Override
  public long size() {
    return bytes.capacity();
  }

  @Override
  public void close() {
    bytes = null;
  }

  @Override
  public Superblock getSuperblock() {
    return superblock;
  }

  @Override
  public int getSizeOfOffsets() {
    return BYTES_OF_OFFSETS;
  }

  @Override
  public int getSizeOfLengths() {
    return BYTES_OF_OFFSETS;
  }

  @Override
  public long getUserBlockSize() {
    return 0;
  }

  @Override
  public FileChannel getFileChannel() {
    throw new UnsupportedOperationException("The file is in memory.");
  }

  @Override
  public boolean inMemory() {
    return true;
  }
}
