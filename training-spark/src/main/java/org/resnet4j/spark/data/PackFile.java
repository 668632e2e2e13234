package org.resnet4j.spark.data;

import java.io.Serializable;
import org.resnet4j.training.data.Part;

/**
 * A sequence file of a packed set.
 *
 * @param name in the set's folder
 * @param part that all its images are of
 * @param bytes its length
 * @param images in it
 */
record PackFile(String name, Part part, long bytes, int images) implements Serializable { }
