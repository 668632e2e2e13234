/** Deeplearning4j's vertices and layers as nodes, each as it computes in inference. */
package org.resnet4j.engine.lower;
