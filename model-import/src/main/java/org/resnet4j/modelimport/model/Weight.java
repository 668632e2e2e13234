package org.resnet4j.modelimport.model;

/**
 * One of a layer's tensors.
 *
 * @param name Keras's name of the variable: {@code kernel}, {@code moving_mean}
 * @param shape in Keras's layout (a convolution's kernel: [kH, kW, in / groups, out]; a scalar: [])
 * @param trainable whether an optimiser changes it in a trainable layer (a norm's statistics: false)
 */
public record Weight(String name, Shape shape, boolean trainable) {}
