package org.resnet4j.spark.data;

import java.util.List;

/**
 * All there is to know about a packed set but its images' contents.
 *
 * @param files in the order of their images
 * @param records of all files
 * @param hashes SHA-256 of each content, 32 bytes each; for the split and the fingerprint, and not for executors
 */
record PackIndex(List<String> classes, List<PackFile> files, PackRecords records, byte[] hashes) {
  static final int HASH_BYTES = 32;

  /** Its file in the set's folder; of a name that Hadoop's readers of whole folders pass over. */
  static final String FILE = "_index.resnet4j";

  /** There from the beginning of a pack to its end. */
  static final String UNFINISHED = "_unfinished.resnet4j";
}
