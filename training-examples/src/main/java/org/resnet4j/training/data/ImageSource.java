package org.resnet4j.training.data;

import java.awt.image.BufferedImage;
import org.resnet4j.zoo.image.ImageException;

/** Labelled images that can be fetched in any order, by many threads at once: files, or arrays in memory. */
public interface ImageSource {
  /** How many images there are; their indices are 0 to one less. */
  int size();

  /** The index into the class names. */
  int label(int index);

  /** What messages and reports call the image: a path, or such as "test image 17". */
  String name(int index);

  /** Whether {@link #image} only looks up, so that its images needn't be kept by anyone else. */
  default boolean inMemory() {
    return false;
  }

  /**
   * The image itself, which the caller doesn't change, TYPE_INT_RGB.
   *
   * @throws ImageException if it can't be read any more
   */
  BufferedImage image(int index);

  /** Some of the images, in this order. */
  default ImageSource selected(int... indices) {
    return new SelectedImages(this, indices);
  }
}
