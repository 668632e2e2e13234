package org.resnet4j.zoo;

import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;

/**
 * How a network takes images: what its first convolution says.
 *
 * @param format the layout of its arrays
 * @param channels how many there are
 */
public record NetworkInput(CNN2DFormat format, long channels) {

  /**
   * That of a graph.
   *
   * @throws IllegalArgumentException if it has no convolution
   */
  public static NetworkInput of(ComputationGraph graph) {
    for (org.deeplearning4j.nn.api.Layer layer : graph.getLayers()) {
      if (ResNetTransfer.bare(layer.conf().getLayer()) instanceof ConvolutionLayer convolution) {
        return new NetworkInput(convolution.getCnn2dDataFormat(), convolution.getNIn());
      }
    }
    throw new IllegalArgumentException("the network has no convolution, hence takes no images");
  }
}
