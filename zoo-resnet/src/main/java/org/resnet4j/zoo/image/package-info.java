/**
 * From an image file to a network's input: {@link org.resnet4j.zoo.image.ImageDecoder} reads files from strangers,
 * {@link org.resnet4j.zoo.image.Preprocessing} makes the input of pixels.
 */
package org.resnet4j.zoo.image;
