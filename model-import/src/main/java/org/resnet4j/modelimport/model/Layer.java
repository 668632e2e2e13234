package org.resnet4j.modelimport.model;

import java.util.List;

/**
 * A layer or nested model as Keras keeps it, with its weights; it may be called several times or never.
 *
 * @param name within its model
 * @param path names of the models around it and its own, joined by slashes, without the outermost model's; unique
 * @param className Keras's class, without module or package
 * @param trainable the layer's own flag; a layer also stays as it is when a model around it isn't trainable
 * @param weights in {@code get_weights()} order: as the layer creates them; empty for a model
 * @param children a model's layers in the configuration's order, its input layers among them; empty for a layer
 */
public record Layer(String name, String path, String className, boolean trainable, List<Weight> weights,
                    List<Layer> children, boolean model) {
  public Layer {
    weights = List.copyOf(weights);
    children = List.copyOf(children);
  }
}
