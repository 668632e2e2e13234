package org.resnet4j.training.data;

import java.nio.file.Path;

/**
 * A file that can't be used, where it was found.
 *
 * @param reason a sentence: what is wrong and what to do
 */
public record BadImage(Path file, String reason) { }
