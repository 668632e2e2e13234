package org.resnet4j.training.data;

import java.io.Serializable;

/**
 * A file that can't be used, where it was found.
 *
 * @param file its path, or another file system's URI
 * @param reason a sentence: what is wrong and what to do
 */
public record BadImage(String file, String reason) implements Serializable { }
