package org.resnet4j.zoo.classify;

/** A class and how probable the network finds it, 0 to 1. */
public record Prediction(String className, double probability) { }
