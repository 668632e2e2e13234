/** A {@code ComputationGraph}, vertex by vertex, as an ONNX graph. */
package org.resnet4j.modelexport.onnx;
