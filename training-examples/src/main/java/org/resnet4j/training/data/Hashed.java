package org.resnet4j.training.data;

/**
 * A good image, its class, and the SHA-256 of its content.
 *
 * @param image by which it is found: a path, or an index
 * @param hash hexadecimal
 */
public record Hashed<T extends Comparable<? super T>>(T image, int label, String hash) { }
