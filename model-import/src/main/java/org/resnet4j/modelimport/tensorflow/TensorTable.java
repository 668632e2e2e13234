package org.resnet4j.modelimport.tensorflow;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;

/** A checkpoint's tensors, whichever format it has. */
sealed interface TensorTable permits Bundle, SliceTable {

  /** By name. */
  Map<String, StoredTensor> tensors();

  /**
   * The elements of a tensor or of one of its slices.
   *
   * @param slice null for a tensor that is stored whole
   */
  Elements open(StoredTensor tensor, TensorSlice slice) throws IOException;

  /** A tensor's elements in row-major order, little-endian. */
  interface Elements extends Closeable {

    ByteBuffer next(int count) throws IOException;

    /** Checks what was read; to be called when all was. */
    void finish();

    @Override
    default void close() throws IOException {}
  }
}
