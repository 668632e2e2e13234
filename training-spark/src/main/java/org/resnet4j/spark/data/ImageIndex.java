package org.resnet4j.spark.data;

import java.io.Serializable;
import java.util.List;
import org.apache.hadoop.fs.Path;
import org.resnet4j.training.data.Hashed;

/**
 * Which image files there are: small enough to go to every executor.
 *
 * @param root with scheme and host
 * @param names below it
 * @param labels of each
 */
record ImageIndex(String root, Names names, int[] labels) implements Serializable {

  static ImageIndex of(String root, List<Hashed<HadoopFile>> images) {
    return new ImageIndex(root, Names.of(images.stream().map(image -> image.image().path()).toList()),
        images.stream().mapToInt(Hashed::label).toArray());
  }

  Path path(int index) {
    return HadoopFile.of(root, names.get(index));
  }
}
