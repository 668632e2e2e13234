package org.resnet4j.modelimport.model;

import java.util.List;

/**
 * One call of a layer, which becomes one vertex or a few.
 *
 * @param name unique in the model: the layer's name; its path where several layers have that name; with
 *     {@code _call2} and on where the layer is called again
 * @param layer the {@link Layer#path()} whose weights it uses; nodes of one shared layer name the same
 * @param className Keras's class, for messages and reports
 * @param inputs names of inputs or of earlier nodes
 * @param shape of its output
 * @param trainable whether the layer and all models around it are
 * @param inference whether it computes as in inference during training as well: it was called with
 *     {@code training=False}, itself or a model around it, in Keras 2. In Keras 3 that has no effect, for {@code fit}
 *     puts its own value in the place of the one that the model was built with
 */
public record Node(String name, String layer, String className, Operation operation, List<String> inputs, Shape shape,
                   boolean trainable, boolean inference) {
  public Node {
    inputs = List.copyOf(inputs);
  }
}
