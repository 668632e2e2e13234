package org.resnet4j.spark.data;

import java.awt.image.BufferedImage;
import java.util.List;
import org.resnet4j.training.data.Datasets;
import org.resnet4j.training.data.FileImages;
import org.resnet4j.training.data.Hashed;
import org.resnet4j.zoo.image.ImageDecoder;

/**
 * Image files on a Hadoop file system, opened and decoded anew at each {@link #image}, to the very pixels that
 * {@link FileImages} gives on one machine.
 */
public final class HadoopImages implements EncodedImages {
  private static final long serialVersionUID = 1L;

  private final ImageIndex index;
  private final HadoopAccess access;

  HadoopImages(ImageIndex index, HadoopAccess access) {
    this.index = index;
    this.access = access;
  }

  static HadoopImages of(String root, List<Hashed<HadoopFile>> images, HadoopAccess access) {
    return new HadoopImages(ImageIndex.of(root, images), access);
  }

  @Override
  public int size() {
    return index.names().size();
  }

  @Override
  public int label(int image) {
    return index.labels()[image];
  }

  @Override
  public String name(int image) {
    return index.path(image).toString();
  }

  @Override
  public byte[] content(int image) {
    return access.read(index.path(image), ImageDecoder.DEFAULT);
  }

  @Override
  public BufferedImage image(int image) {
    return Datasets.decoder().decode(content(image), name(image));
  }
}
