package org.resnet4j.spark.training;

import java.io.Serializable;
import org.resnet4j.training.data.ImageSource;

/** Where workers have their images from; sent to each of them, so that it is small. */
@FunctionalInterface
public interface Images extends Serializable {
  /** The images, the same in the same order on each worker. */
  ImageSource open();
}
