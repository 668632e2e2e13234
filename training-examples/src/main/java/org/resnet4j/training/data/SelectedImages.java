package org.resnet4j.training.data;

import java.awt.image.BufferedImage;
import java.io.Serializable;

/** Some images of a source, in an order of its own; serializable if that source is. */
final class SelectedImages implements ImageSource, Serializable {
  private final ImageSource images;
  private final int[] indices;

  SelectedImages(ImageSource images, int[] indices) {
    this.images = images;
    this.indices = indices;
  }

  @Override
  public int size() {
    return indices.length;
  }

  @Override
  public int label(int index) {
    return images.label(indices[index]);
  }

  @Override
  public String name(int index) {
    return images.name(indices[index]);
  }

  @Override
  public boolean inMemory() {
    return images.inMemory();
  }

  @Override
  public BufferedImage image(int index) {
    return images.image(indices[index]);
  }
}
