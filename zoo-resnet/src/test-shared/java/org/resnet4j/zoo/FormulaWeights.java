package org.resnet4j.zoo;

import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.resnet4j.testdata.Formula;
import org.resnet4j.zoo.layer.BetaOnlyBatchNormalization;
import org.resnet4j.zoo.layer.GroupNormalization;

/** The values that src-test-data/scripts/formula.py computes from tensor names, set in a graph. */
final class FormulaWeights {
  private FormulaWeights() {}

  /** The input [N, C, H, W] in the asked layout. */
  static INDArray input(int[] nchw, CNN2DFormat format) {
    float[] values = Formula.unitValues("input", nchw[0] * nchw[1] * nchw[2] * nchw[3]);
    for (int i = 0; i < values.length; i++) {
      values[i] *= 2;
    }
    INDArray input = Nd4j.createFromArray(values).reshape(nchw[0], nchw[1], nchw[2], nchw[3]);
    return format == CNN2DFormat.NCHW ? input : input.permute(0, 2, 3, 1).dup('c');
  }

  /** Sets every parameter of the graph. */
  static void set(ComputationGraph graph) {
    for (Layer layer : graph.getLayers()) {
      if (layer.numParams() > 0) {
        set(layer, layer.conf().getLayer().getLayerName());
      }
    }
  }

  /** Sets tensors such as {@code stage1_block1_norm2.weight} to zero. */
  static void zero(ComputationGraph graph, Iterable<String> tensors) {
    for (String tensor : tensors) {
      int dot = tensor.lastIndexOf('.');
      if (!tensor.endsWith(".weight")) {
        throw new IllegalArgumentException(tensor);
      }
      Layer layer = graph.getLayer(tensor.substring(0, dot));
      layer.getParam(layer.paramTable().containsKey("gamma") ? "gamma" : "W").assign(0);
    }
  }

  private static void set(Layer layer, String vertex) {
    var configuration = layer.conf().getLayer();
    layer.paramTable().forEach((key, parameter) -> {
      boolean norm = configuration instanceof BatchNormalization || configuration instanceof GroupNormalization;
      if (norm) {
        boolean scaleFree = configuration instanceof BetaOnlyBatchNormalization && key.equals("gamma");
        float[] values = switch (key) {
          case "gamma" -> affine(vertex + ".weight", parameter.length(), 1, 0.2f);
          case "beta" -> affine(vertex + ".bias", parameter.length(), 0, 0.1f);
          case "mean" -> affine(vertex + ".running_mean", parameter.length(), 0, 0.1f);
          case "var" -> affine(vertex + ".running_var", parameter.length(), 1, 0.5f);
          default -> throw new IllegalStateException(vertex + ": unknown parameter " + key);
        };
        parameter.assign(scaleFree ? Nd4j.ones(parameter.shape())
            : Nd4j.createFromArray(values).reshape(parameter.shape()));
      } else if (key.equals("b")) {
        float[] values = affine(vertex + ".bias", parameter.length(), 0, 0.1f);
        parameter.assign(Nd4j.createFromArray(values).reshape(parameter.shape()));
      } else if (configuration instanceof ConvolutionLayer) {
        long[] shape = parameter.shape();
        parameter.assign(kernel(vertex, shape, shape[1] * shape[2] * shape[3]));
      } else if (configuration instanceof DenseLayer) {
        long[] shape = parameter.shape();
        parameter.assign(kernel(vertex, new long[] {shape[1], shape[0]}, shape[0]).transpose());
      } else {
        throw new IllegalStateException(vertex + ": no formula for " + configuration.getClass());
      }
    });
  }

  private static INDArray kernel(String vertex, long[] shape, long fanIn) {
    int count = 1;
    for (long size : shape) {
      count *= (int) size;
    }
    float[] values = Formula.unitValues(vertex + ".weight", count);
    float scale = (float) Math.sqrt(1.5 / fanIn);
    for (int i = 0; i < values.length; i++) {
      values[i] *= scale;
    }
    return Nd4j.createFromArray(values).reshape(shape);
  }

  private static float[] affine(String name, long count, float offset, float scale) {
    float[] values = Formula.unitValues(name, (int) count);
    for (int i = 0; i < values.length; i++) {
      values[i] = offset + scale * values[i];
    }
    return values;
  }
}
