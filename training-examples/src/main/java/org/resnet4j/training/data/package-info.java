/**
 * Training data. {@link org.resnet4j.training.data.Datasets} opens what a name or a path says: CIFAR-10, generated
 * images, IDX files, or an {@link org.resnet4j.training.data.ImageFolder}, which is found, checked and split by rules
 * that hold on every {@link org.resnet4j.training.data.ImageTree} ({@link org.resnet4j.training.data.ImageSet});
 * {@link org.resnet4j.training.data.RecordImages} are those of a DataVec reader.
 * {@link org.resnet4j.training.data.ImageBatches} feeds any of them to a network.
 */
package org.resnet4j.training.data;
