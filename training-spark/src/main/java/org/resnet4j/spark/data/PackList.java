package org.resnet4j.spark.data;

import java.util.List;
import org.resnet4j.training.data.Part;

/**
 * The images that are to be packed, before anyone has looked into them.
 *
 * @param where they are, for messages
 * @param classes sorted
 * @param names in {@link HadoopFile#order}, each once
 * @param labels of each
 * @param parts of each
 * @param bytes of each
 * @param warnings a sentence each
 */
record PackList(String where, List<String> classes, Names names, int[] labels, Part[] parts, long[] bytes,
                List<String> warnings) {
  int size() {
    return labels.length;
  }
}
