package org.resnet4j.zoo.layer;

import static org.nd4j.linalg.indexing.NDArrayIndex.all;
import static org.nd4j.linalg.indexing.NDArrayIndex.interval;

import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.layers.AbstractLayer;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Runs {@link ZeroPadShortcut}: copies the pixels and channels that input and output share. */
final class ZeroPadShortcutLayer extends AbstractLayer<ZeroPadShortcut> {
  private static final long serialVersionUID = 1;

  ZeroPadShortcutLayer(NeuralNetConfiguration conf, DataType dataType) {
    super(conf, dataType);
  }

  @Override
  public Type type() {
    return Type.CONVOLUTIONAL;
  }

  @Override
  public boolean isPretrainLayer() {
    return false;
  }

  @Override
  public void clearNoiseWeightParams() {}

  @Override
  public INDArray activate(boolean training, LayerWorkspaceMgr workspaces) {
    assertInputSet(false);
    long[] shape = input.shape().clone();
    int stride = layerConf().getStride();
    for (int i = 1; i < shape.length; i++) {
      shape[i] = i == channelDimension() ? layerConf().getChannels() : (shape[i] + stride - 1) / stride;
    }
    INDArray output = workspaces.create(ArrayType.ACTIVATIONS, dataType, shape, 'c');
    inputChannels(output).assign(strided(input));
    return output;
  }

  @Override
  public Pair<Gradient, INDArray> backpropGradient(INDArray epsilon, LayerWorkspaceMgr workspaces) {
    assertInputSet(true);
    INDArray gradient = workspaces.create(ArrayType.ACTIVATION_GRAD, dataType, input.shape(), 'c');
    strided(gradient).assign(inputChannels(epsilon));
    return new Pair<>(new DefaultGradient(), gradient);
  }

  private int channelDimension() {
    return layerConf().getDataFormat() == CNN2DFormat.NHWC ? 3 : 1;
  }

  private INDArray inputChannels(INDArray output) {
    long in = input.size(channelDimension());
    long before = (layerConf().getChannels() - in) / 2;
    return channelDimension() == 3
        ? output.get(all(), all(), all(), interval(before, before + in))
        : output.get(all(), interval(before, before + in), all(), all());
  }

  private INDArray strided(INDArray array) {
    int stride = layerConf().getStride();
    if (stride == 1) {
      return array;
    }
    boolean channelsLast = channelDimension() == 3;
    // Not interval(0, stride, end): it stretches an end of 1.
    var rows = interval(0L, (long) stride, array.size(channelsLast ? 1 : 2), false);
    var columns = interval(0L, (long) stride, array.size(channelsLast ? 2 : 3), false);
    return channelsLast ? array.get(all(), rows, columns, all()) : array.get(all(), all(), rows, columns);
  }
}
