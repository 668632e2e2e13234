package org.resnet4j.spark.data;

import java.io.Serializable;
import java.util.List;
import org.resnet4j.training.data.BadImage;

/**
 * What a task has packed.
 *
 * @param records of the file's images
 * @param hashes of them, as in a {@link PackIndex}
 * @param bad what was left out
 */
record PackedPart(PackFile file, PackRecords records, byte[] hashes, List<BadImage> bad) implements Serializable { }
