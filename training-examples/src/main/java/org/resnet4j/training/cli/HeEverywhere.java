package org.resnet4j.training.cli;

import java.util.Map;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** He's normal initialisation by fan-in (arXiv 1502.01852) of convolutions and dense layers alike, biases zero. */
final class HeEverywhere {
  private HeEverywhere() {}

  static void initialize(ComputationGraph graph, long seed) {
    Nd4j.getRandom().setSeed(seed);
    for (Layer layer : graph.getLayers()) {
      if (layer.conf().getLayer() instanceof ConvolutionLayer || layer.conf().getLayer() instanceof DenseLayer) {
        Map<String, INDArray> parameters = layer.paramTable();
        INDArray weights = parameters.get("W");
        // [out, in, kH, kW], or [in, out].
        long fanIn = weights.rank() == 4 ? weights.length() / weights.size(0) : weights.size(0);
        weights.assign(Nd4j.randn(weights.dataType(), weights.shape()).muli(Math.sqrt(2.0 / fanIn)));
        if (parameters.containsKey("b")) {
          parameters.get("b").assign(0);
        }
      }
    }
  }
}
