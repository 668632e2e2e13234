package org.resnet4j.modelimport.graph;

import java.util.List;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.resnet4j.modelimport.ModelImportException;
import org.resnet4j.modelimport.model.Layer;
import org.resnet4j.modelimport.model.Node;
import org.resnet4j.modelimport.model.Operation.DataFormat;
import org.resnet4j.modelimport.model.Shape;

/**
 * One node while its vertices are made.
 *
 * @param layer with the weights
 * @param inputs the vertices that compute the node's inputs
 * @param shapes of the inputs
 * @param name of its last vertex
 */
record Step(Draft draft, Node node, Layer layer, List<String> inputs, List<Shape> shapes, String name) {
  String input() {
    return inputs.get(0);
  }

  Shape shape() {
    return shapes.get(0);
  }

  /** The size along an axis of one of the layer's tensors, counted from 0. */
  int weight(int tensor, int axis) {
    return layer.weights().get(tensor).shape().sizes().get(axis);
  }

  /** A name for a vertex before the last. */
  String part(String suffix) {
    return draft.fresh(node.name(), suffix);
  }

  ModelImportException unsupported(String expected, String found) {
    return new ModelImportException.UnsupportedLayer(
        "layer " + ModelImportException.quote(node.name()) + " (" + node.className() + ")", expected, found);
  }

  static CNN2DFormat layout(DataFormat format) {
    return format == DataFormat.CHANNELS_LAST ? CNN2DFormat.NHWC : CNN2DFormat.NCHW;
  }
}
