package org.resnet4j.zoo;

import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.graph.FrozenVertex;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.resnet4j.zoo.layer.Permutation;

/**
 * How a network takes images: what its first convolution says, and whether a change of layout stands before it all.
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
        CNN2DFormat format = convolution.getCnn2dDataFormat();
        CNN2DFormat other = format == CNN2DFormat.NHWC ? CNN2DFormat.NCHW : CNN2DFormat.NHWC;
        return new NetworkInput(beginsWith(Permutation.to(format), graph.getConfiguration()) ? other : format,
            convolution.getNIn());
      }
    }
    throw new IllegalArgumentException("the network has no convolution, hence takes no images");
  }

  private static boolean beginsWith(Permutation change, ComputationGraphConfiguration configuration) {
    return configuration.getVertices().entrySet().stream().anyMatch(entry -> {
      GraphVertex vertex = entry.getValue() instanceof FrozenVertex frozen ? frozen.getUnderlying() : entry.getValue();
      return vertex.equals(change) && configuration.getNetworkInputs().containsAll(
          configuration.getVertexInputs().get(entry.getKey()));
    });
  }
}
