/**
 * Training data: {@link org.resnet4j.training.data.ImageFolder} finds, checks and splits the images of a folder,
 * {@link org.resnet4j.training.data.ImageBatches} feeds them to a network.
 */
package org.resnet4j.training.data;
