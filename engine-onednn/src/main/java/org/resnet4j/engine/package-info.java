/** Deeplearning4j's networks compiled for the CPU: a graph becomes a list of oneDNN primitives. */
package org.resnet4j.engine;
