/**
 * Layers, vertices, activations and losses that residual networks need and Deeplearning4j 1.0.0-M2.1 lacks or gets
 * wrong; all survive its JSON.
 */
package org.resnet4j.zoo.layer;
