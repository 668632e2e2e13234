package org.resnet4j.zoo.layer;

import static org.deeplearning4j.nn.params.BatchNormalizationParamInitializer.BETA;
import static org.deeplearning4j.nn.params.BatchNormalizationParamInitializer.GAMMA;

import java.util.Arrays;
import org.deeplearning4j.exception.DL4JInvalidInputException;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.layers.BaseLayer;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.impl.broadcast.BroadcastAddOp;
import org.nd4j.linalg.api.ops.impl.broadcast.BroadcastMulOp;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

/** Runs {@link GroupNormalization}; a row below is one example's group, [N * groups, C / groups * H * W]. */
final class GroupNormalizationLayer extends BaseLayer<GroupNormalization> {
  private static final long serialVersionUID = 1;

  GroupNormalizationLayer(NeuralNetConfiguration conf, DataType dataType) {
    super(conf, dataType);
  }

  @Override
  public Type type() {
    return Type.NORMALIZATION;
  }

  @Override
  public boolean isPretrainLayer() {
    return false;
  }

  @Override
  public INDArray activate(boolean training, LayerWorkspaceMgr workspaces) {
    assertInputSet(false);
    checkInput();
    INDArray normalised = new Rows().normalised.reshape('c', channelsFirst(input).shape());
    Nd4j.exec(new BroadcastMulOp(normalised, getParam(GAMMA), normalised, 1));
    Nd4j.exec(new BroadcastAddOp(normalised, getParam(BETA), normalised, 1));
    INDArray output = workspaces.createUninitialized(ArrayType.ACTIVATIONS, dataType, input.shape(), 'c');
    channelsFirst(output).assign(normalised);
    return output;
  }

  @Override
  public Pair<Gradient, INDArray> backpropGradient(INDArray epsilon, LayerWorkspaceMgr workspaces) {
    assertInputSet(true);
    Rows rows = new Rows();
    INDArray dy = channelsFirst(epsilon.castTo(dataType)).dup('c');
    Gradient gradient = new DefaultGradient();
    gradient.setGradientFor(GAMMA, gradientViews.get(GAMMA)
        .assign(dy.mul(rows.normalised.reshape('c', dy.shape())).sum(0, 2, 3)));
    gradient.setGradientFor(BETA, gradientViews.get(BETA).assign(dy.sum(0, 2, 3)));

    Nd4j.exec(new BroadcastMulOp(dy, getParam(GAMMA), dy, 1));
    INDArray delta = dy.reshape('c', rows.normalised.shape());
    INDArray mean = delta.mean(1);
    INDArray projection = delta.mul(rows.normalised).mean(1);
    delta.subi(rows.normalised.muliColumnVector(projection)).subiColumnVector(mean)
        .diviColumnVector(rows.standardDeviation);
    INDArray result = workspaces.createUninitialized(ArrayType.ACTIVATION_GRAD, dataType, input.shape(), 'c');
    channelsFirst(result).assign(dy);
    return new Pair<>(gradient, result);
  }

  private void checkInput() {
    boolean channelsLast = layerConf().getDataFormat() == CNN2DFormat.NHWC;
    if (input.rank() != 4 || input.size(channelsLast ? 3 : 1) != layerConf().getNOut()) {
      throw new DL4JInvalidInputException(
          "Group normalisation %s: expected an input %s with %d channels, found shape %s".formatted(layerId(),
              channelsLast ? "[N, H, W, C]" : "[N, C, H, W]", layerConf().getNOut(), Arrays.toString(input.shape())));
    }
  }

  private INDArray channelsFirst(INDArray array) {
    return layerConf().getDataFormat() == CNN2DFormat.NHWC ? array.permute(0, 3, 1, 2) : array;
  }

  /** The normalised input, a copy, and each row's standard deviation with epsilon. */
  private final class Rows {
    private final INDArray normalised;
    private final INDArray standardDeviation;

    Rows() {
      INDArray x = channelsFirst(input.castTo(dataType)).dup('c');
      long count = x.size(0) * layerConf().getGroups();
      INDArray rows = x.reshape('c', count, x.length() / count);
      rows.subiColumnVector(rows.mean(1));
      standardDeviation = Transforms.sqrt(rows.mul(rows).mean(1).addi(layerConf().getEps()), false);
      normalised = rows.diviColumnVector(standardDeviation);
    }
  }
}
