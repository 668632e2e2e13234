/**
 * Which tensor of a file is which weight of which layer: by name (legacy HDF5) or by position ({@code .weights.h5},
 * {@code .keras}). {@link org.resnet4j.modelimport.weights.WeightMatching} finds all of them or says what differs; a
 * tensor is never taken for another of the same shape.
 */
package org.resnet4j.modelimport.weights;
