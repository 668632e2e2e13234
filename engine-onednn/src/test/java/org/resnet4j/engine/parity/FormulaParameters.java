package org.resnet4j.engine.parity;

import java.util.Arrays;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.resnet4j.testdata.Formula;

/**
 * Parameters, each from its name, with which activations neither vanish nor grow, and no two channels are alike:
 * kernels of about He's variance, statistics as after training.
 */
final class FormulaParameters {
  private FormulaParameters() {}

  /** A graph with such parameters; DL4J's own initialisation, which takes longer, is left out. */
  static ComputationGraph initialised(ComputationGraph graph) {
    long count = graph.getConfiguration().getVertices().values().stream()
        .mapToLong(vertex -> vertex instanceof LayerVertex layer
            ? layer.getLayerConf().getLayer().initializer().numParams(layer.getLayerConf()) : 0).sum();
    if (count == 0) {
      graph.init();
    } else {
      graph.init(Nd4j.create(1, count), false);
    }
    set(graph, "");
    return graph;
  }

  /** @param salt makes other parameters of the same kind */
  static void set(ComputationGraph graph, String salt) {
    for (Layer layer : graph.getLayers()) {
      if (layer.numParams() > 0) {
        String vertex = layer.conf().getLayer().getLayerName();
        boolean kernels = layer.conf().getLayer() instanceof FeedForwardLayer;
        layer.paramTable().forEach((key, array) -> {
          long[] shape = array.shape();
          float[] values = Formula.unitValues(salt + vertex + "." + key, Math.toIntExact(array.length()));
          switch (key) {
            case "W" -> {
              long fanIn = !kernels ? 1 : shape.length == 2 ? shape[0] : array.length() / shape[0];
              affine(values, 0, Math.sqrt(1.5 / fanIn));
            }
            case "b", "beta", "mean" -> affine(values, 0, 0.1);
            case "gamma" -> affine(values, 1, 0.2);
            case "var" -> affine(values, 1, 0.5);
            case "log10stdev" -> affine(values, 0, 0.15);
            default -> throw new IllegalStateException("No formula for parameter " + key + " of " + vertex + " "
                + Arrays.toString(shape));
          }
          array.assign(Nd4j.create(values, shape, 'c'));
        });
      }
    }
  }

  private static void affine(float[] values, double offset, double scale) {
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (offset + scale * values[i]);
    }
  }

  /** An input, in [-2, 2). */
  static INDArray input(String name, long... shape) {
    float[] values = Formula.unitValues(name, (int) Arrays.stream(shape).reduce(1, (a, b) -> a * b));
    affine(values, 0, 2);
    return Nd4j.create(values, shape, 'c');
  }
}
