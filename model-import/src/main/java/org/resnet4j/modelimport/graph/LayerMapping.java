package org.resnet4j.modelimport.graph;

import java.util.List;
import org.resnet4j.modelimport.model.Shape;

/**
 * What became of one call of a Keras layer.
 *
 * @param layer the Keras layer's path
 * @param className Keras' class
 * @param vertices in order of computation; the last one has the call's name
 * @param layerClass the DL4J or ResNet4J class that computes it: that with parameters, else the last
 * @param shape of the output, without the batch, in the net's order
 * @param parameters running statistics included
 */
public record LayerMapping(String layer, String className, List<String> vertices, String layerClass, Shape shape,
                           long parameters) {
  public LayerMapping {
    vertices = List.copyOf(vertices);
  }
}
