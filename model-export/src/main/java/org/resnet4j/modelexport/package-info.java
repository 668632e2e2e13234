/** The networks for other frameworks: safetensors with PyTorch's names, and ONNX. */
package org.resnet4j.modelexport;
