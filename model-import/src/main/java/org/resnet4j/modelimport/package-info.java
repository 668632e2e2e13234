/**
 * Models of other frameworks as {@code ComputationGraph}s, right or not at all.
 *
 * <p>The pipeline's steps are the packages: {@code file} reads HDF5 and zip, {@code dialect} turns a configuration of
 * Keras 2.2.4, 2.x or 3 into the typed model of {@code model}, {@code weights} finds each layer's tensors, and
 * {@code graph} builds DL4J's network.
 */
package org.resnet4j.modelimport;
