/**
 * From an image file to class names: {@link org.resnet4j.zoo.image.ImageDecoder} reads files from strangers,
 * {@link org.resnet4j.zoo.image.Preprocessing} makes a network's input of pixels,
 * {@link org.resnet4j.zoo.image.ImageClassifier} asks a saved model.
 */
package org.resnet4j.zoo.image;
