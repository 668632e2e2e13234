package org.resnet4j.spark.data;

import org.resnet4j.training.data.DataException;
import org.resnet4j.training.data.ImageSource;
import org.resnet4j.zoo.image.ImageException;

/**
 * Images as files have them. Serializable: the list goes to the executors, where streams are opened. A task takes its
 * share by {@link ImageSource#selected}.
 */
public sealed interface EncodedImages extends ImageSource, java.io.Serializable permits HadoopImages, PackedImages {
  /**
   * An image's bytes, such as JPEG's.
   *
   * @throws ImageException if it can't be read, however often that is tried
   * @throws DataException if the file system fails or hands out something else than was there
   */
  byte[] content(int index);
}
