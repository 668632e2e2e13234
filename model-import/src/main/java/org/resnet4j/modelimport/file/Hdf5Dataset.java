package org.resnet4j.modelimport.file;

import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** An array of real numbers in an HDF5 file. */
public interface Hdf5Dataset {
  String path();

  /** Empty for a scalar. */
  long[] shape();

  /**
   * Whether the elements are floats of 2, 4 or 8 bytes, rather than integers.
   *
   * @throws org.resnet4j.modelimport.ModelImportException if they are no real numbers
   */
  boolean isFloat();

  /**
   * All values, row-major; the array is the caller's own.
   *
   * @param type {@code FLOAT} or {@code DOUBLE}
   * @throws org.resnet4j.modelimport.ModelImportException if the element type isn't a float's of 2, 4 or 8 bytes or an
   *     integer's, or the data can't be read
   */
  INDArray read(DataType type);
}
