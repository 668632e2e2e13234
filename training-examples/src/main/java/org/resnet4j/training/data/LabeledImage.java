package org.resnet4j.training.data;

import java.nio.file.Path;

/**
 * An image file and its class.
 *
 * @param label the index into the sorted class names
 */
public record LabeledImage(Path file, int label) { }
