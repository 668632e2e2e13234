package org.resnet4j.modelimport.model;

/** What the model is given: an input layer's name, and the shape in Keras's order. */
public record Input(String name, Shape shape) {}
