/**
 * From an image file to a network's input: {@code ImageFile} decodes,
 * {@link org.resnet4j.zoo.image.Preprocessing} makes numbers of pixels.
 */
package org.resnet4j.zoo.image;
