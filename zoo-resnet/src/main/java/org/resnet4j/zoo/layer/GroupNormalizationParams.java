package org.resnet4j.zoo.layer;

import static org.deeplearning4j.nn.params.BatchNormalizationParamInitializer.BETA;
import static org.deeplearning4j.nn.params.BatchNormalizationParamInitializer.GAMMA;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.api.ParamInitializer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** Lays out group normalisation's parameters: gamma [C], at first 1, then beta [C], at first 0. */
final class GroupNormalizationParams implements ParamInitializer {
  static final GroupNormalizationParams INSTANCE = new GroupNormalizationParams();

  private GroupNormalizationParams() {}

  @Override
  public long numParams(NeuralNetConfiguration conf) {
    return numParams(conf.getLayer());
  }

  @Override
  public long numParams(Layer layer) {
    return 2 * ((GroupNormalization) layer).getNOut();
  }

  @Override
  public List<String> paramKeys(Layer layer) {
    return List.of(GAMMA, BETA);
  }

  /** None: DL4J regularises and initialises weights in its own way. */
  @Override
  public List<String> weightKeys(Layer layer) {
    return List.of();
  }

  @Override
  public List<String> biasKeys(Layer layer) {
    return List.of();
  }

  @Override
  public boolean isWeightParam(Layer layer, String key) {
    return false;
  }

  @Override
  public boolean isBiasParam(Layer layer, String key) {
    return false;
  }

  @Override
  public Map<String, INDArray> init(NeuralNetConfiguration conf, INDArray paramsView, boolean initialize) {
    Map<String, INDArray> parameters = Collections.synchronizedMap(views(conf, paramsView));
    parameters.keySet().forEach(conf::addVariable);
    if (initialize) {
      parameters.get(GAMMA).assign(((GroupNormalization) conf.getLayer()).getGamma());
      parameters.get(BETA).assign(0);
    }
    return parameters;
  }

  @Override
  public Map<String, INDArray> getGradientsFromFlattened(NeuralNetConfiguration conf, INDArray gradientView) {
    return views(conf, gradientView);
  }

  private static Map<String, INDArray> views(NeuralNetConfiguration conf, INDArray view) {
    long channels = ((GroupNormalization) conf.getLayer()).getNOut();
    INDArray flat = view.reshape(view.length());
    Map<String, INDArray> views = new LinkedHashMap<>();
    views.put(GAMMA, flat.get(NDArrayIndex.interval(0, channels)));
    views.put(BETA, flat.get(NDArrayIndex.interval(channels, 2 * channels)));
    return views;
  }
}
