package org.resnet4j.zoo.layer;

import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.layers.normalization.BatchNormalization;
import org.deeplearning4j.nn.params.BatchNormalizationParamInitializer;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.impl.broadcast.BroadcastMulOp;
import org.nd4j.linalg.api.ops.impl.broadcast.BroadcastSubOp;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

/** Runs a batch norm by its running statistics in training as well; they stay as they are. */
final class RunningNormalization extends BatchNormalization {
  private static final long serialVersionUID = 1L;

  private final boolean training;

  /** @param training whether gamma and beta have gradients */
  RunningNormalization(NeuralNetConfiguration conf, DataType dataType, boolean training) {
    super(conf, dataType);
    this.training = training;
  }

  @Override
  public INDArray activate(boolean trains, LayerWorkspaceMgr workspaces) {
    return super.activate(false, workspaces);
  }

  @Override
  public Pair<Gradient, INDArray> backpropGradient(INDArray epsilon, LayerWorkspaceMgr workspaces) {
    INDArray deviation = Transforms.sqrt(getParam(BatchNormalizationParamInitializer.GLOBAL_VAR)
        .add(layerConf().getEps()));
    int channels = epsilon.rank() == 4 && layerConf().getCnn2DFormat() == CNN2DFormat.NHWC ? 3 : 1;
    Gradient gradient = new DefaultGradient();
    gradientViews.forEach((name, view) -> gradient.setGradientFor(name, view.assign(0)));
    if (training) {
      int[] others = epsilon.rank() == 2 ? new int[] {0}
          : channels == 3 ? new int[] {0, 1, 2} : new int[] {0, 2, 3};
      INDArray centred = epsilon.ulike();
      Nd4j.getExecutioner().exec(new BroadcastSubOp(input.castTo(dataType),
          getParam(BatchNormalizationParamInitializer.GLOBAL_MEAN), centred, channels));
      assign(BatchNormalizationParamInitializer.GAMMA, centred.muli(epsilon).sum(others).divi(deviation));
      assign(BatchNormalizationParamInitializer.BETA, epsilon.sum(others));
    }
    INDArray scale = getParam(BatchNormalizationParamInitializer.GAMMA).div(deviation);
    INDArray result = workspaces.createUninitialized(ArrayType.ACTIVATION_GRAD, epsilon.dataType(), epsilon.shape());
    Nd4j.getExecutioner().exec(new BroadcastMulOp(epsilon, scale, result, channels));
    return new Pair<>(gradient, result);
  }

  private void assign(String parameter, INDArray value) {
    INDArray view = gradientViews.get(parameter);
    view.assign(value.reshape(view.shape()));
  }
}
