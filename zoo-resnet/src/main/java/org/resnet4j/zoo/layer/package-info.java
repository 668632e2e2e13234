/** Layers and preprocessors that residual networks need and Deeplearning4j 1.0.0-M2.1 doesn't have; all survive its JSON. */
package org.resnet4j.zoo.layer;
