/** Layers and a preprocessor that residual networks need and Deeplearning4j 1.0.0-M2.1 lacks; all survive its JSON. */
package org.resnet4j.zoo.layer;
