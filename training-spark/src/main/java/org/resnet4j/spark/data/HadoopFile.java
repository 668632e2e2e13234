package org.resnet4j.spark.data;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.apache.hadoop.fs.Path;

/**
 * A file or folder below a root. Ordered as this machine's paths are, byte by byte, so that images have the same order
 * wherever they lie.
 *
 * @param root with scheme and host
 * @param path below it, empty for the root itself
 * @param bytes how long the file is; 0 for a folder. Not part of the order.
 */
record HadoopFile(String root, String path, long bytes) implements Comparable<HadoopFile> {

  static HadoopFile root(Path qualified) {
    return new HadoopFile(qualified.toString(), "", 0);
  }

  HadoopFile child(String name, long bytes) {
    return new HadoopFile(root, path.isEmpty() ? name : path + "/" + name, bytes);
  }

  /** As one text: resolving a name against a path takes a colon in it for a scheme. */
  static Path of(String root, String path) {
    return new Path(path.isEmpty() ? root : root + "/" + path);
  }

  Path hadoopPath() {
    return of(root, path);
  }

  @Override
  public int compareTo(HadoopFile other) {
    return order(path, other.path);
  }

  static int order(String a, String b) {
    return Arrays.compareUnsigned(a.getBytes(StandardCharsets.UTF_8), b.getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public String toString() {
    return hadoopPath().toString();
  }
}
