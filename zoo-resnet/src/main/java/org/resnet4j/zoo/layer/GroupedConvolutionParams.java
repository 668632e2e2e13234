package org.resnet4j.zoo.layer;

import java.util.LinkedHashMap;
import java.util.Map;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.params.ConvolutionParamInitializer;
import org.deeplearning4j.nn.weights.WeightInitUtil;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** Lays out the parameters: the bias [nOut] first, as DL4J does, then W [nOut, nIn / groups, kH, kW]. */
final class GroupedConvolutionParams extends ConvolutionParamInitializer {
  static final GroupedConvolutionParams INSTANCE = new GroupedConvolutionParams();

  private GroupedConvolutionParams() {}

  private static long[] weightShape(GroupedConvolution layer) {
    int[] kernel = layer.getKernelSize();
    return new long[] {layer.getNOut(), layer.getNIn() / layer.getGroups(), kernel[0], kernel[1]};
  }

  private static long biases(GroupedConvolution layer) {
    return layer.hasBias() ? layer.getNOut() : 0;
  }

  @Override
  public long numParams(Layer conf) {
    GroupedConvolution layer = (GroupedConvolution) conf;
    long[] shape = weightShape(layer);
    return shape[0] * shape[1] * shape[2] * shape[3] + biases(layer);
  }

  @Override
  public Map<String, INDArray> getGradientsFromFlattened(NeuralNetConfiguration conf, INDArray gradientView) {
    GroupedConvolution layer = (GroupedConvolution) conf.getLayer();
    long biases = biases(layer);
    INDArray flat = gradientView.reshape(gradientView.length());
    INDArray weights = flat.get(NDArrayIndex.interval(biases, flat.length())).reshape('c', weightShape(layer));
    Map<String, INDArray> views = new LinkedHashMap<>();
    if (biases > 0) {
      views.put(BIAS_KEY, flat.get(NDArrayIndex.interval(0, biases)));
    }
    views.put(WEIGHT_KEY, weights);
    return views;
  }

  @Override
  protected INDArray createWeightMatrix(NeuralNetConfiguration conf, INDArray view, boolean initialize) {
    GroupedConvolution layer = (GroupedConvolution) conf.getLayer();
    long[] shape = weightShape(layer);
    if (!initialize) {
      return WeightInitUtil.reshapeWeights(shape, view, 'c');
    }
    long area = shape[2] * shape[3];
    double fanOut = (double) layer.getNOut() * area / (layer.getStride()[0] * layer.getStride()[1]);
    return layer.getWeightInitFn().init(shape[1] * area, fanOut, shape, 'c', view);
  }
}
