package org.resnet4j.training.data;

import java.awt.image.BufferedImage;
import java.util.List;
import org.resnet4j.zoo.image.ImageDecoder;

/** Image files, decoded anew at each {@link #image}. */
public record FileImages(List<LabeledImage> files, ImageDecoder decoder) implements ImageSource {
  public FileImages {
    files = List.copyOf(files);
  }

  /** With {@link ImageDecoder#DEFAULT}. */
  public FileImages(List<LabeledImage> files) {
    this(files, ImageDecoder.DEFAULT);
  }

  @Override
  public int size() {
    return files.size();
  }

  @Override
  public int label(int index) {
    return files.get(index).label();
  }

  @Override
  public String name(int index) {
    return files.get(index).file().toString();
  }

  @Override
  public BufferedImage image(int index) {
    return decoder.decode(files.get(index).file());
  }
}
