package org.resnet4j.spark.data;

import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.resnet4j.training.data.DataException;
import org.resnet4j.training.data.DataException.Kind;

/**
 * Many names in two arrays: a million of them go to an executor as some 30 MB, and make no million objects there.
 */
final class Names implements Serializable {
  private static final long serialVersionUID = 1L;

  private final byte[] text;
  /** Of each name, where in the text it ends. */
  private final int[] ends;

  /** @param ends ascending, the last one the text's length */
  Names(byte[] text, int[] ends) {
    this.text = text;
    this.ends = ends;
  }

  static Names of(List<String> names) {
    int[] ends = new int[names.size()];
    long length = 0;
    for (int i = 0; i < ends.length; i++) {
      length += utf8(names.get(i)).length;
      if (length > Integer.MAX_VALUE - 16) {
        throw new DataException(Kind.TOO_LARGE, "the names of " + names.size() + " images, such as " + names.get(i)
            + ", have more than 2 GB in all; give them shorter names, or fewer images at a time");
      }
      ends[i] = (int) length;
    }
    byte[] text = new byte[(int) length];
    for (int i = 0, at = 0; i < ends.length; at = ends[i++]) {
      System.arraycopy(utf8(names.get(i)), 0, text, at, ends[i] - at);
    }
    return new Names(text, ends);
  }

  int size() {
    return ends.length;
  }

  String get(int index) {
    int start = index == 0 ? 0 : ends[index - 1];
    return new String(text, start, ends[index] - start, StandardCharsets.UTF_8);
  }

  /** Where the name stands among names in {@link HadoopFile#order}; negative if it isn't there. */
  int find(String name) {
    byte[] wanted = utf8(name);
    int low = 0;
    int high = ends.length - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      int start = middle == 0 ? 0 : ends[middle - 1];
      int order = Arrays.compareUnsigned(text, start, ends[middle], wanted, 0, wanted.length);
      if (order == 0) {
        return middle;
      }
      low = order < 0 ? middle + 1 : low;
      high = order < 0 ? high : middle - 1;
    }
    return -1;
  }

  byte[] text() {
    return text;
  }

  int[] ends() {
    return ends;
  }

  private static byte[] utf8(String name) {
    return name.getBytes(StandardCharsets.UTF_8);
  }
}
